"""Files for containers: one port, files that are there, and the commands of the Dockerfile.

Without a container engine the image is not built: its files are laid out in a folder, and its commands run there.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.browser.server import free_port, wait_until_healthy
from tests.browser.test_cloud import own_environment
from tests.conftest import ROOT

PORT = "8501"


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, with the text after each."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines if line]


def of(name: str) -> list[str]:
    return [text for instruction, text in instructions() if instruction == name]


def ignored(path: str) -> bool:
    """Return whether .dockerignore keeps a file out of the image: its last line that matches decides."""
    found = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [path, *map(str, Path(path).parents)]
        if "**/" in line:
            parts = list(Path(path).parts)
        if line and line[0] != "#" and any(fnmatch.fnmatchcase(part, pattern) for part in parts):
            found = not line.startswith("!")
    return found


def image() -> list[str]:
    files = (path for path in ROOT.rglob("*") if path.is_file() and ".git" not in path.parts)
    return [name for path in files if not ignored(name := path.relative_to(ROOT).as_posix())]


def test_the_image_holds_the_app_and_nothing_else() -> None:
    tops = {name.split("/")[0] for name in image()}
    assert tops == {".streamlit", "app.py", "cloud", "core", "lectern.py", "pages", "requirements.txt", "static"}
    assert not [name for name in image() if "__pycache__" in name or "secrets" in name]
    for text in of("COPY"):
        for source in text.split()[:-1]:
            assert source == "." or source in image(), source


def test_nobody_runs_as_root_in_it() -> None:
    names = [name for name, _ in instructions()]
    assert names.count("USER") == 1
    assert "root" not in of("USER")
    assert names.index("USER") < names.index("CMD")
    assert {"COPY", "RUN"}.isdisjoint(names[names.index("USER") :])


def test_all_files_name_the_same_port_and_user() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    space = next(yaml.safe_load_all((ROOT / "cloud" / "space.yaml").read_text("utf-8")))
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    caddy = (ROOT / "cloud" / "Caddyfile").read_text("utf-8")
    assert of("EXPOSE") == [PORT]
    assert f"STREAMLIT_SERVER_PORT={PORT}" in of("ENV")[0]
    assert space["sdk"] == "docker"
    assert str(space["app_port"]) == str(container["forwardPorts"][0]) == PORT
    (service,) = compose["services"].keys() - {"proxy"}
    assert f"dynamic a {service} {PORT}" in caddy
    assert "lb_policy cookie" in caddy
    volumes = [volume for one in compose["services"].values() for volume in one["volumes"]]
    runs = re.search(r"LECTERN_JOBS_FOLDER=(\S+)", of("ENV")[0])
    assert runs
    assert f"runs:{runs[1]}" in volumes
    for volume in volumes:
        source = volume.split(":")[0]
        assert source in compose["volumes"] or (ROOT / source).is_file(), volume
    assert compose["services"]["proxy"]["environment"].keys() == set(re.findall(r"\{\$(\w+)", caddy))
    assert "--uid 1000" in of("RUN")[0]  # the user that Hugging Face Spaces runs an image as


def test_the_development_container_installs_what_is_there() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    assert (ROOT / container["postCreateCommand"].removeprefix("pip install -r ")).is_file()
    assert (ROOT / shlex.split(container["postAttachCommand"])[2]).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of a Linux image")
def test_the_command_and_the_health_check_of_the_image_work(tmp_path: Path) -> None:
    for name in image():
        (tmp_path / "app" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / "app" / name)
    python = own_environment(tmp_path / "venv", ROOT / "cloud" / "requirements.txt")
    port = free_port()
    environment = dict(pair(part) for text in of("ENV") for part in shlex.split(text))
    environment |= {
        "PATH": f"{python.parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "LECTERN_JOBS_FOLDER": str(tmp_path / "runs"),
        "STREAMLIT_SERVER_PORT": str(port),
    }
    check = of("HEALTHCHECK")[0].split(" CMD ", 1)[1]
    healthy = ["/bin/sh", "-c", check]
    assert subprocess.run(healthy, env=environment, capture_output=True, check=False).returncode != 0
    command = [str(python), "-m", *json.loads(of("CMD")[0])]
    process = subprocess.Popen(command, cwd=tmp_path / "app", env=environment, stderr=subprocess.DEVNULL)
    try:
        assert wait_until_healthy(process, f"http://127.0.0.1:{port}")
        subprocess.run(healthy, env=environment, check=True)
    finally:
        process.terminate()
        process.wait(20)


def has_engine() -> bool:
    found = shutil.which("docker")
    return bool(found) and subprocess.run([found, "info"], capture_output=True, check=False).returncode == 0


@pytest.mark.nightly
@pytest.mark.skipif(not has_engine(), reason="no container engine")
def test_the_image_builds() -> None:
    built = subprocess.run(["docker", "build", "-q", str(ROOT)], stdout=subprocess.PIPE, text=True, check=True)
    code = "import os; from pages.ui import shell; assert shell.labs() and os.getuid() == 1000"
    subprocess.run(["docker", "run", "--rm", built.stdout.strip(), "python", "-c", code], check=True)


def pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value
