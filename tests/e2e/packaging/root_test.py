# SPDX-License-Identifier: Apache-2.0
"""The archives of the bundles, unpacked in roots that have next to nothing, host a game session."""
import pathlib
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
