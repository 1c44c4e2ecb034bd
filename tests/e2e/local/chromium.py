# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium for the tests of pages."""
import shutil

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync")


def missing():
    """Why there is no browser here; None where there is one."""
    if webdriver is None:
        return "selenium is not installed (Debian package python3-selenium)"
    if CHROMIUM is None or DRIVER is None:
        return "there is no browser (Debian packages chromium, chromium-driver)"
    return None


def browser(width, height):
    """Its console is kept: get_log("browser")."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for switch in SWITCHES + (f"--window-size={width},{height}",):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service(DRIVER), options=options)
