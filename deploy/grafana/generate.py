"""Writes the dashboards that Grafana reads: ``python -m deploy.grafana.generate``; a test compares them."""

from pathlib import Path

from grafana_foundation_sdk.builders import dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh

from deploy.grafana.boards import BOARDS, Board, Panel

__all__ = ["documents"]

FOLDER = Path(__file__).with_name("dashboards")
SOURCE = DataSourceRef(type_val="prometheus", uid="usher-prometheus")
WIDTH, HEIGHT = 12, 8
NUMBER_WIDTH, NUMBER_HEIGHT = 6, 4
MAPPED = "ABCDEFGH"  # names of a panel's questions


def documents() -> dict[str, str]:
    """The JSON of every dashboard by the name of its file."""
    return {f"{board.uid}.json": JSONEncoder(sort_keys=True, indent=2).encode(_board(board)) + "\n" for board in BOARDS}


def _board(board: Board) -> object:
    made = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags(["usher"])
        .refresh("10s")
        .time("now-1h", "now")
        .timezone("browser")
        .with_variable(_variable("workspace", "label_values(usher_queue_waiting, workspace)"))
    )
    if board.by_queue:
        query = 'label_values(usher_queue_waiting{workspace=~"$workspace"}, queue)'
        made = made.with_variable(_variable("queue", query))
    for panel in board.panels:
        made = made.with_panel(_panel(panel))
    return made.build()


def _variable(name: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(SOURCE)
        .query(query)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)  # noqa: FBT003 - the SDK has no names here
        .include_all(True)  # noqa: FBT003
        .all_value(".*")
    )


def _panel(panel: Panel) -> stat.Panel | timeseries.Panel:
    made: stat.Panel | timeseries.Panel
    if panel.number:
        made = stat.Panel().span(NUMBER_WIDTH).height(NUMBER_HEIGHT)
    else:
        made = timeseries.Panel().span(WIDTH).height(HEIGHT).fill_opacity(10)
    made = made.title(panel.title).description(panel.description).unit(panel.unit).datasource(SOURCE)
    for name, (legend, question) in zip(MAPPED, panel.questions, strict=False):
        query = prometheus.Dataquery().ref_id(name).expr(question).legend_format(legend or "value")
        made = made.with_target(query.exemplar(True) if "histogram_quantile(" in question else query)  # noqa: FBT003
    return made


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in documents().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
