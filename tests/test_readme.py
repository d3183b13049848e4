"""The README's table is what the tables say, and the commands it names exist."""

import re
from pathlib import Path

from hub.bootstrap import pure_line
from hub.explain import formats_table

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()


def test_the_formats_table_is_generated():
    told = re.search(r"<!-- formats:.*?-->\n(.*?)\n<!-- /formats -->", README, re.DOTALL)
    assert told is not None
    assert told[1] == formats_table(pure_line().supported()), "run `waybridge formats --markdown` and paste it"


def test_the_commands_exist():
    from typer.main import get_command

    from hub.cli import application

    known = set(get_command(application()).commands)
    assert set(re.findall(r"^waybridge ([a-z-]+)", README, re.MULTILINE)) <= known
