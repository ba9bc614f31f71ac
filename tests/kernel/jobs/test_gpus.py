"""GPUs that are found by driver and torch, or not, and why; all of it pretended."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from core import jobs
from core.jobs import driver, gpus, start
from tests.kernel.jobs.test_jobs import STEPS

H200 = {"name": "NVIDIA H200", "capability": [9, 0], "memory": 150_000_000_000, "bf16": True, "error": ""}
T4 = {"name": "Tesla T4", "capability": [7, 5], "memory": 16_000_000_000, "bf16": False, "error": ""}
GTX = {"name": "GeForce GTX 1080", "capability": [6, 1], "memory": 8_000_000_000, "bf16": False, "error": ""}
TOLD = {"version": "580.65.06", "cuda": 13000, "gpus": ["NVIDIA H200"], "error": 0}
KERNELS = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "compute_120"]
ANSWER = {"torch": "2.15.0+cu132", "cuda": "13.2", "device": "cuda", "kernels": KERNELS, "gpus": [H200], "error": ""}


class Driver:
    """A driver library with two GPUs, as `ctypes` would load it."""

    def __init__(self, init=0):
        self._init = init

    def cuInit(self, flags):
        return self._init

    def cuDeviceGetCount(self, count):
        count._obj.value = 2
        return 0

    def cuDriverGetVersion(self, version):
        version._obj.value = 12080
        return 0

    def cuDeviceGet(self, device, place):
        device._obj.value = 10 + place
        return 0

    def cuDeviceGetName(self, name, length, device):
        name.value = f"Card {device.value}".encode()
        return 0


def loads(*names, init=0):
    """Give what loads the driver where only libraries of these names are there."""

    def load(name):
        if name not in names:
            raise OSError(name)
        if "nvml" in name or "nvidia-ml" in name:
            version = lambda text, length: setattr(text, "value", b"570.1")  # noqa: E731
            return SimpleNamespace(nvmlInit_v2=lambda: 0, nvmlSystemGetDriverVersion=version)
        return Driver(init)

    return load


@pytest.mark.parametrize("name", driver.DRIVER)
def test_the_driver_is_asked_under_each_of_its_names(name) -> None:
    told = driver.look(loads(name))
    assert told == {"version": "", "cuda": 12080, "gpus": ["Card 10", "Card 11"], "error": 0}
    assert driver.look(loads(name, driver.MANAGEMENT[0]))["version"] == "570.1"
    assert driver.look(loads(name, init=100)) == {"version": "", "cuda": 12080, "gpus": [], "error": 100}


def test_without_a_driver_there_is_nothing() -> None:
    assert driver.look(loads()) == {}
    ended = subprocess.run([sys.executable, "-m", "core.jobs.driver"], cwd=start.ROOT, capture_output=True, check=True)
    assert set(json.loads(ended.stdout)) <= {"version", "cuda", "gpus", "error"}


def test_a_gpu_that_works_is_named() -> None:
    found = gpus.judged(TOLD, ANSWER)
    assert found == gpus.Gpus("cuda", ("NVIDIA H200",), True, H200["memory"], "580.65.06", "2.15.0+cu132", "")
    both = gpus.judged(TOLD, ANSWER | {"gpus": [H200, H200]})
    assert both.name == "2 × NVIDIA H200"
    assert not gpus.judged(TOLD, ANSWER | {"gpus": [T4]}).bf16
    amd = H200 | {"name": "AMD Instinct MI300X", "capability": [9, 4]}
    assert gpus.judged({}, ANSWER | {"cuda": "7.0", "kernels": ["gfx942"], "gpus": [amd]}).device == "cuda"
    apple = {"name": "GPU of arm", "capability": [], "memory": 10**10, "bf16": False, "error": ""}
    found = gpus.judged({}, ANSWER | {"cuda": "", "device": "mps", "kernels": [], "gpus": [apple]})
    assert (found.device, found.bf16) == ("mps", False)


NOTHING = {"device": "", "gpus": [], "kernels": []}


@pytest.mark.parametrize(
    ("told", "answer", "cause"),
    [
        ({}, ANSWER | NOTHING, gpus.NONE),
        (TOLD, {}, gpus.UNASKED),
        (TOLD, ANSWER | NOTHING | {"cuda": ""}, gpus.CPU_BUILD.format(name="NVIDIA H200", index="cu130")),
        (TOLD | {"cuda": 12040}, ANSWER | NOTHING | {"cuda": ""}, "whl/cu126`."),
        (
            TOLD | {"cuda": 12040},
            ANSWER | NOTHING,
            "The driver of the NVIDIA H200 serves CUDA 12.4, but PyTorch 2.15.0+cu132 needs CUDA 13.0; "
            "update the driver.",
        ),
        (
            TOLD,
            ANSWER | {"gpus": [GTX]},
            "PyTorch 2.15.0+cu132 has no kernels for the GeForce GTX 1080 (compute capability 6.1); an older PyTorch "
            "has, such as one that is built for CUDA 12.6.",
        ),
        (
            TOLD | {"gpus": [], "error": 803},
            ANSWER | NOTHING | {"error": "system has unsupported display driver"},
            "PyTorch cannot use the GPU: system has unsupported display driver.",
        ),
        (
            TOLD,
            ANSWER | {"gpus": [H200 | {"error": "CUDA error: device busy"}]},
            "PyTorch cannot use the NVIDIA H200: CUDA error: device busy.",
        ),
    ],
)
def test_each_cause_has_its_own_sentence(told, answer, cause) -> None:
    found = gpus.judged(told, answer)
    assert found.device == "" and found.cause.endswith(cause) and found.cause.endswith(".")


@pytest.mark.parametrize(
    ("capability", "kernels", "has"),
    [
        ([9, 0], ["sm_90"], True),
        ([8, 9], ["sm_86"], True),
        ([8, 0], ["sm_86"], False),
        ([12, 0], ["sm_100"], False),
        ([12, 0], ["sm_100", "compute_100"], True),
        ([9, 0], ["compute_100"], False),
        ([9, 0], ["sm_90a"], True),
        ([10, 0], ["sm_90a", "compute_90a"], False),
        ([6, 1], KERNELS, False),
        ([9, 4], ["gfx942"], True),
        ([9, 0], [], True),
    ],
)
def test_kernels_run_on_their_own_major_version_and_compiled_ones_on_later(capability, kernels, has) -> None:
    """CUDA C++ Programming Guide, "Binary Compatibility" and "PTX Compatibility"."""
    assert gpus._has_kernels(capability, kernels) == has


# ---- what is asked, and how often


@pytest.fixture
def machine(monkeypatch):
    """A machine whose driver and torch say what the test says; notes who was asked."""
    asked = []
    said = {"core.jobs.driver": TOLD, "core.nets.devices": ANSWER}

    def ask(module, limit_s):
        asked.append(module)
        return said[module]

    monkeypatch.setattr(gpus, "_asked", ask)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    gpus.driver.cache_clear()
    gpus.gpus.cache_clear()
    yield SimpleNamespace(asked=asked, said=said)
    gpus.driver.cache_clear()
    gpus.gpus.cache_clear()


def again():
    gpus.driver.cache_clear()
    gpus.gpus.cache_clear()
    return gpus.gpus()


def test_torch_is_asked_once_for_a_driver_and_a_version(machine) -> None:
    assert gpus.gpus().device == "cuda" == gpus.gpus().device
    assert machine.asked == ["core.jobs.driver", "core.nets.devices"]
    assert again().names == ("NVIDIA H200",)
    assert machine.asked.count("core.nets.devices") == 1
    machine.said["core.jobs.driver"] = TOLD | {"version": "590.1"}
    again()
    assert machine.asked.count("core.nets.devices") == 2


def test_an_answer_that_did_not_come_is_asked_for_again(machine) -> None:
    machine.said["core.nets.devices"] = {}
    assert gpus.gpus().cause == gpus.UNASKED
    machine.said["core.nets.devices"] = ANSWER
    assert again().device == "cuda"


def test_a_machine_without_a_driver_never_asks_torch(machine, monkeypatch, tmp_path) -> None:
    machine.said["core.jobs.driver"] = {}
    monkeypatch.setattr(gpus, "ROCM", tmp_path / "kfd")
    monkeypatch.setattr(sys, "platform", "linux")
    assert again().cause == gpus.NONE and machine.asked == ["core.jobs.driver"]
    (tmp_path / "kfd").touch()  # the driver of AMD is there
    again()
    assert machine.asked[1:] == ["core.jobs.driver", "core.nets.devices"]


def test_a_mac_asks_torch(machine, monkeypatch, tmp_path) -> None:
    machine.said["core.jobs.driver"] = {}
    monkeypatch.setattr(gpus, "ROCM", tmp_path / "kfd")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(gpus.platform, "machine", lambda: "arm64")
    again()
    assert machine.asked == ["core.jobs.driver", "core.nets.devices"]


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_gpus_that_are_hidden_are_not_looked_for(machine, monkeypatch, hidden) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert again().cause == gpus.NONE and not machine.asked and gpus.slots() == []


def test_a_process_that_says_nothing_is_no_answer(monkeypatch) -> None:
    assert gpus._asked("core.jobs.no_such_module", 60) == {}
    monkeypatch.setattr(gpus.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=b"a warning\n[1]\n"))
    assert gpus._asked("any", 1) == {}

    def late(*_, **__):
        raise subprocess.TimeoutExpired("any", 1)

    monkeypatch.setattr(gpus.subprocess, "run", late)
    assert gpus._asked("any", 1) == {}


# ---- several GPUs


def test_each_run_has_a_gpu_of_its_own_while_one_is_idle(monkeypatch, phone) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,GPU-abc")
    monkeypatch.setenv("LECTERN_JOBS_WORKERS", "3")
    every = [jobs.submit("about", {"device": "cuda", "port": phone.port, "number": k}) for k in range(3)]
    lines = [phone.answer()[0] for _ in every]
    other = jobs.submit("toy", STEPS)  # waits, and wants no GPU
    for line in lines:
        line.sendall(b"1")
    about = [jobs.wait(job) and jobs.result(job) for job in every]
    seen = [each["CUDA_VISIBLE_DEVICES"] for each in about]
    assert seen[:2] == ["2", "GPU-abc"] and seen[2] in seen[:2]
    assert {each["LECTERN_GPUS"] for each in about} == {"2,GPU-abc"}
    assert jobs.wait(other).state == "done"


def test_one_gpu_is_left_to_torch(monkeypatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5")
    job = jobs.submit("about", {"device": "cuda"})
    jobs.wait(job)
    assert jobs.result(job)["CUDA_VISIBLE_DEVICES"] == "5" and "LECTERN_GPUS" not in jobs.result(job)


def test_the_process_of_a_run_knows_all_gpus(monkeypatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setenv("LECTERN_GPUS", "0, 1")
    assert gpus.slots() == ["0", "1"]
    monkeypatch.delenv("LECTERN_GPUS")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    monkeypatch.setattr(gpus, "driver", lambda: {"gpus": ["a", "b", "c"]})
    assert gpus.slots() == ["0", "1", "2"]
