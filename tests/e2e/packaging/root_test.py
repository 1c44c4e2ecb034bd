# SPDX-License-Identifier: Apache-2.0
"""The archives of the bundles, unpacked in roots that have next to nothing, host a game session."""
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import bundle
import local
import root

OPENSSL = ("libssl.so.3", "libcrypto.so.3")


class Archive(unittest.TestCase):
    def unpacked(self, preset, *libraries):
        """A root with these libraries and a bundle; where the bundle lies in it."""
        build = bundle.built(preset)
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        folder = pathlib.Path(directory.name)
        root.minimal(folder, *libraries)
        subprocess.run(["cpack", "--config", build / "CPackConfig.cmake", "-B", folder / "tmp"], check=True,
                       capture_output=True)
        archive, = (folder / "tmp").glob("*.tar.gz")
        with tarfile.open(archive) as file:
            file.extractall(folder / "opt")
        return folder, "/opt/" + archive.name.removesuffix(".tar.gz")

    def test_a_root_of_glibc_and_openssl_hosts_a_session(self):
        folder, game = self.unpacked("bundle", *OPENSSL)
        root.play_a_session(self, folder, f"{game}/bin/gamelift-local", f"{game}/bin/arena")

    def test_a_root_of_glibc_alone_hosts_a_session_with_openssl_inside(self):
        folder, game = self.unpacked("bundle-openssl")
        self.assertEqual([path.name for path in folder.rglob("libssl*")], [])
        root.play_a_session(self, folder, f"{game}/bin/gamelift-local", f"{game}/bin/arena")

    def test_a_folder_that_is_somebody_elses_and_has_any_name_hosts_a_session(self):
        """Blanks, letters of all kinds, nothing to be written, no HOME, and a user whom nobody knows."""
        folder, game = self.unpacked("bundle", *OPENSSL)
        name = "/opt/l\u00e4uft \u00fcberall \u904a\u622f"
        (folder / game.lstrip("/")).rename(folder / name.lstrip("/"))
        folder.chmod(0o755)
        subprocess.run(["chmod", "-R", "a-w", folder / name.lstrip("/")], check=True)
        root.play_a_session(self, folder, f"{name}/bin/gamelift-local", f"{name}/bin/arena", user="65534:65534")

    def test_without_random_bytes_the_programs_say_so(self):
        folder, game = self.unpacked("bundle", *OPENSSL)
        shutil.rmtree(folder / "dev")
        for program, option in (("gamelift-local", "--demo"), ("arena", "--set=gamelift.offline=1")):
            with self.subTest(program):
                ran = subprocess.run(
                    ["unshare", *root.AS_USER, "--mount", "sh", "-c", 'mount --rbind /proc "$1/proc" && exec chroot "$@"', "sh",
                     folder, f"{game}/bin/{program}", option, "--port=0"], capture_output=True, text=True, check=False, timeout=60)
                self.assertEqual(1, ran.returncode, ran.stderr)
                self.assertRegex(ran.stderr, "cannot read /dev/urandom|/dev/urandom cannot be read")

    def test_roots_are_found_where_amazon_linux_keeps_them(self):
        """The arena trusts gamelift-local's certificate, which stands there and nowhere else."""
        folder, game = self.unpacked("bundle-openssl")
        roots = folder / "etc/pki/tls/certs"
        roots.mkdir(parents=True)
        certificate, key, trust = local.make_certificate(roots)
        certificate.rename(roots / "ca-bundle.crt")
        root.play_a_session(self, folder, f"{game}/bin/gamelift-local", f"{game}/bin/arena",
                            "--tls-cert", "/etc/pki/tls/certs/ca-bundle.crt",
                            "--tls-key", f"/etc/pki/tls/certs/{key.name}", trust=trust)


if __name__ == "__main__":
    unittest.main()
