"""What the module's tables have in common: whole rows, by mouse and keyboard, with nothing to type in."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from r2_renewal.ui.plain_text import widest_column


def set_up_rows(table: QTableView, name: str, mode: QAbstractItemView.SelectionMode) -> None:
    """Let a table be used row by row; Tab leaves it.

    Args:
        table: the table, with its model.
        name: its accessible name.
        mode: how many rows may be selected.
    """
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(mode)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()


def set_up_records(table: QTableView, name: str) -> None:
    """Let a table be read record by record: a line each, the columns as wide as their words."""
    set_up_rows(table, name, QAbstractItemView.SelectionMode.SingleSelection)
    table.setWordWrap(False)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setMaximumSectionSize(widest_column(table))
