"""Programs that are run where nobody can be reached."""

import shutil
import subprocess


def namespace() -> list[str]:
    """How to run a program in a network namespace of its own, where this machine lets one."""
    if shutil.which("unshare") is None:
        return []
    words = ["unshare", "--net", "--map-root-user"]
    return words if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0 else []
