"""What the Dockerfile copies is enough: commands run with nothing else of the repository."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Packages come from this environment; our own modules must not, so its way to this checkout is taken out.
ALONE = """
import sys
sys.path[:] = [sys.argv[1], *(path for path in sys.path if path not in ("", sys.argv[2]))]
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
from cli.main import main
main(sys.argv[3:])
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("image")
    stages = re.split(r"^FROM ", (ROOT / "deploy/docker/Dockerfile").read_text(), flags=re.MULTILINE)
    ours = [stage for stage in stages if re.match(r"\S+ AS (base|cli)\n", stage)]
    assert len(ours) == 2
    for source, target in re.findall(r"^COPY (?!--from)(\S+) (\S+)$", "".join(ours), re.MULTILINE):
        origin, place = ROOT / source, folder / target
        place.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, place)
    return folder


@pytest.mark.parametrize(
    "words",
    ["policy check deploy/policies/demo", "migrate --help", "topics --help", "dlq list --help", "lane accept --help",
     "explain --help", "articles load --help", "forget --help", "validate-event --help"],
)  # fmt: skip
def test_a_command_of_the_image_needs_nothing_that_is_not_in_it(image: Path, words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", ALONE, str(image), str(ROOT), *words.split()],
        cwd=image, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
