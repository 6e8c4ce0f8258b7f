"""A model directory is used whole and unchanged, or not at all."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lab.training.save import save
from services.router.model.directory import read_manifest, read_model
from services.router.model.errors import ModelRefused
from services.router.model.golden import self_test
from services.router.model.seal import seal, sha256, unseal
from tests.support.labelled_texts import TIERS, small_model

ROOT = Path(__file__).resolve().parents[2]
FILES = ("manifest.json", "weights.npz", "vocab.json", "golden.json")
POSITIONS = 60  # of each large file; the manifest is tried byte by byte


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    place, _ = save(small_model(10, TIERS), tmp_path_factory.mktemp("models") / "small")
    return place


@pytest.fixture
def model(original, tmp_path):
    """A copy that may be harmed."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes((original / name).read_bytes())
    return folder


def reseal(folder, **changes):
    """What an attacker with a text editor can do: change a field, or a file, and make all hashes agree again."""
    document, _ = unseal((folder / "manifest.json").read_bytes())
    del document["seal"]
    document.update(changes)
    for name in document["files"] if isinstance(document.get("files"), dict) else ():
        content = (folder / name).read_bytes()
        document["files"][name] = {"bytes": len(content), "sha256": sha256(content)}
    (folder / "manifest.json").write_bytes(seal(document))


def arrays_of(folder):
    with np.load(folder / "weights.npz", allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def flipped(content, at, bit=0):
    changed = bytearray(content)
    changed[at] ^= 1 << bit
    return bytes(changed)


def test_what_was_saved_is_read_and_answers_the_same(original):
    model = read_model(original)
    assert sorted(path.name for path in original.iterdir()) == sorted(FILES)
    assert model.labels == tuple(sorted(TIERS))
    assert model.manifest.tiers == TIERS
    self_test(model)


@pytest.mark.parametrize("bit", [0, 5])
def test_no_byte_of_the_manifest_can_be_flipped(model, bit):
    path = model / "manifest.json"
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(flipped(content, at, bit))
        with pytest.raises(ModelRefused, match=r"^manifest\.json: "):
            read_manifest(model)


@pytest.mark.parametrize("name", FILES[1:])
def test_no_byte_of_another_file_can_be_flipped(model, name):
    path = model / name
    content = path.read_bytes()
    for at in np.unique(np.linspace(0, len(content) - 1, POSITIONS).astype(int)):
        path.write_bytes(flipped(content, at, at % 8))
        with pytest.raises(ModelRefused, match=f"^{name}: was changed"):
            read_model(model)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_shortened_or_longer_is_refused_by_name(model, name):
    path = model / name
    content = path.read_bytes()
    for harmed in (content[:-1], content + b"\n", b""):
        path.write_bytes(harmed)
        with pytest.raises(ModelRefused, match=f"^{name}: "):
            read_model(model)
    path.unlink()
    with pytest.raises(ModelRefused, match=f"^{name}: cannot be read"):
        read_model(model)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "format: is 2"),
        ({"features_sha256": "0" * 64}, "features_sha256: another release"),
        ({"labels": ["a", "a", "b"]}, "labels: must be 2 to 1000 different names"),
        ({"labels": ["a", ""]}, "labels: each must have"),
        ({"features": 10**9}, "features: must be 1 to"),
        ({"features": 1.5}, "features: must be a whole number"),
        ({"temperature": 0}, "temperature: must be"),
        ({"temperature": "warm"}, "temperature: must be a number"),
        ({"thresholds": None}, "thresholds: must be an object"),
        ({"thresholds": {"agent_probability": 2}}, "agent_probability: must be -1 to 1"),
        ({"tiers": {"refund": {"tier": "agent"}}}, "tiers: must have exactly one entry per label"),
        ({"tiers": dict.fromkeys(TIERS, {"tier": "ai"})}, "tier must be one of self_service, bot, agent"),
        ({"encoder": {"dimensions": 0}}, "dimensions: must be"),
        ({"files": {}}, "files: must name"),
    ],
)
def test_a_manifest_with_a_valid_seal_and_a_wrong_field_names_the_field(model, change, words):
    reseal(model, **change)
    with pytest.raises(ModelRefused) as refused:
        read_model(model)
    assert refused.value.file == "manifest.json"
    assert words in str(refused.value)


def with_arrays(folder, **changes):
    arrays = {**arrays_of(folder), **changes}
    np.savez(folder / "weights.npz", **{name: array for name, array in arrays.items() if array is not None})
    reseal(folder)


def test_weights_that_are_not_numbers_are_refused(model):
    weights = arrays_of(model)["weights"]
    weights[3, 2] = np.nan
    with_arrays(model, weights=weights)
    with pytest.raises(ModelRefused, match=r"^weights\.npz: weights holds a value that is not a finite number"):
        read_model(model)


def test_weights_of_another_shape_or_kind_are_refused(model):
    weights = arrays_of(model)["weights"]
    for wrong in (weights[:-1], weights.T, weights.astype("<f8"), np.asfortranarray(weights)):
        with_arrays(model, weights=wrong)
        with pytest.raises(ModelRefused, match=r"^weights\.npz: weights is "):
            read_model(model)


def test_missing_and_additional_arrays_are_refused(model):
    with_arrays(model, bias=None)
    with pytest.raises(ModelRefused, match=r"^weights\.npz: must hold exactly"):
        read_model(model)


def test_a_pickle_is_never_opened(model):
    labels = len(TIERS)
    np.savez(
        model / "weights.npz",
        **{**arrays_of(model), "bias": np.array([{"code": "harm"}] * labels, object)},
        allow_pickle=True,
    )
    reseal(model)
    with pytest.raises(ModelRefused, match=r"^weights\.npz: "):
        read_model(model)


def test_a_member_that_unpacks_to_more_than_its_array_is_refused(model):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("idf", "weights", "bias"):
            archive.writestr(f"{name}.npy", b"\0" * 30_000_000)
    (model / "weights.npz").write_bytes(buffer.getvalue())
    reseal(model)
    with pytest.raises(ModelRefused, match=r"^weights\.npz: idf is larger than its shape"):
        read_model(model)


@pytest.mark.parametrize("vocab", [[], {"words": []}, {"words": ["a", "a"], "chars": []}, {"words": [1], "chars": []}])
def test_a_vocabulary_that_does_not_fit_is_refused(model, vocab):
    (model / "vocab.json").write_text(json.dumps(vocab))
    reseal(model)
    with pytest.raises(ModelRefused, match=r"^vocab\.json: "):
        read_model(model)


def test_a_model_that_answers_otherwise_than_when_it_was_made_fails_its_self_test(model):
    golden = json.loads((model / "golden.json").read_text())
    golden[-1]["confidence"] -= 0.01
    (model / "golden.json").write_text(json.dumps(golden))
    reseal(model)
    with pytest.raises(ModelRefused, match=r"^golden\.json: the self-test failed"):
        self_test(read_model(model))


@pytest.mark.parametrize(
    "module", ["services.router.model.golden", "cli.model.evaluate", "cli.model.classify", "cli.model.train"]
)
def test_scikit_learn_is_needed_only_while_a_model_is_learned(module):
    program = f"import sys, {module}; sys.exit(any(name.split('.')[0] in ('sklearn', 'scipy') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
