"""The mesh's key is made once, for its owner alone, and found again."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hansa.access.masking import KEY_VARIABLE, mask_key
from hansa.serving import Serving
from hansa.trouble import TroubleError
from hansa.wiring import Workplace


def test_a_key_is_made_once_and_readable_for_its_owner_alone(tmp_path: Path) -> None:
    key = mask_key(tmp_path, {})
    assert len(key) == 32
    assert mask_key(tmp_path, {}) == key
    file = tmp_path / "mask-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [f.name for f in tmp_path.iterdir()] == ["mask-key"]


def test_all_who_begin_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: mask_key(tmp_path, {}), range(32)))) == 1


def test_two_meshes_have_two_keys(tmp_path: Path) -> None:
    assert mask_key(tmp_path / "a", {}) != mask_key(tmp_path / "b", {})


def test_the_environment_comes_first_and_nothing_is_made(tmp_path: Path) -> None:
    assert mask_key(tmp_path, {KEY_VARIABLE: " " + "ab" * 32 + "\n"}) == b"\xab" * 32
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("said", ["opensesame", "ab" * 31, "zz" * 32])
def test_what_is_no_key_is_told_without_being_shown(tmp_path: Path, said: str) -> None:
    with pytest.raises(TroubleError) as refused:
        mask_key(tmp_path, {KEY_VARIABLE: said})
    (trouble,) = refused.value.troubles
    assert trouble.code == "H775"
    assert said not in str(trouble)


def test_an_emptied_file_is_no_key_and_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mask-key"
    file.write_text("")
    with pytest.raises(TroubleError, match="H775"):
        mask_key(tmp_path, {})
    assert file.read_text() == ""


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(TroubleError, match="H775"):
        mask_key(tmp_path / "state", {})


def test_the_gateway_of_a_mesh_masks_with_the_key_of_its_state_folder(tmp_path: Path) -> None:
    (tmp_path / "hansa.yaml").write_text("apiVersion: hansa/v1\nkind: Mesh\nname: small\n")
    with Workplace(tmp_path, {}) as workplace, Serving(workplace) as serving:
        serving.gateway()
        kept = (workplace.state / "mask-key").read_text()
        assert mask_key(workplace.state, {}).hex() == kept.strip()
    with Workplace(tmp_path, {KEY_VARIABLE: "short"}) as workplace, pytest.raises(TroubleError, match="H775"):
        Serving(workplace).gateway()
