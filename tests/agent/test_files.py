"""Files of the user's choice, written by the agent: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from r2_renewal.agent.protocol import FileSaveParams, Method
from r2_renewal.domain.errors import ErrorCode
from tests.agent.conversation import Conversation, Hosts, RefusedError


def save(agent: Conversation, path: str, content: bytes = b"%PDF") -> None:
    agent.call(Method.FILE_SAVE, FileSaveParams(path=path, content=content))


def test_a_document_is_written_whole_in_place_of_the_old_one(hosts: Hosts, tmp_path: Path) -> None:
    agent, content = hosts.greeted(), bytes(range(256)) * 4096
    (tmp_path / "ząb.pdf").write_bytes(b"old")
    save(agent, str(tmp_path / "ząb.pdf"), content)
    assert (tmp_path / "ząb.pdf").read_bytes() == content


@pytest.mark.parametrize("name", ["no/such/folder/a.pdf", "a\0b.pdf"])
def test_what_cannot_be_written_is_refused(hosts: Hosts, tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        save(hosts.greeted(), f"{tmp_path}/{name}")
    assert refused.value.data.code == ErrorCode.FILE_NOT_WRITABLE.value


def test_a_path_from_nowhere_is_refused(hosts: Hosts) -> None:
    with pytest.raises(RefusedError) as refused:
        save(hosts.greeted(), "a.pdf")
    assert refused.value.data.code == ErrorCode.FILE_NOT_WRITABLE.value


def test_the_content_is_in_no_description(tmp_path: Path) -> None:
    assert "tajne" not in repr(FileSaveParams(path="/a", content=b"tajne"))
