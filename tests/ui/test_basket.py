"""The basket: searched, narrowed, sorted and selected by keyboard; ten thousand programs of it as quietly as ten."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractItemView
from pytestqt.qtbot import QtBot

from r2_renewal.domain.basket import BasketEntry
from r2_renewal.domain.money import money, price_with_vat
from r2_renewal.domain.order import OrderState
from r2_renewal.ui.basket_model import Usage
from r2_renewal.ui.basket_rows import BasketRow, Column, Mark, auto_renewal_text, days_left_text, mark_of, row_of
from r2_renewal.ui.basket_table import narrowed
from r2_renewal.ui.basket_view import MOST_WITHOUT_PICTURE, BasketView
from tests.driver import wait_until
from tests.samples import PROGRAM, SUBSCRIPTION, TODAY, VAT, order_of, program, quote_for

NAMES = ("R2płatnik", "R2księga", "R2środki trwałe", "R2żłobek")


def owned(programs: int) -> tuple[BasketEntry, ...]:
    """Return an office's programs, their ends spread over a year and more."""
    return tuple(
        BasketEntry(
            program(f"lic-{n:05}", "r2platnik", f"{NAMES[n % 4]} {n:05}", TODAY + timedelta(days=n * 7 % 450 - 20)),
            auto_renewal=n % 4 == 0,
        )
        for n in range(programs)
    )


@pytest.fixture
def view(qtbot: QtBot) -> Callable[..., BasketView]:
    """Return a maker of baskets on the screen."""

    def make(entries: tuple[BasketEntry, ...]) -> BasketView:
        made = BasketView()
        qtbot.addWidget(made)
        made.resize(900, 500)
        made.show()
        made.show_basket(entries, TODAY)
        wait_until(lambda: made.timeline.isVisible() or len(entries) <= MOST_WITHOUT_PICTURE)
        return made

    return make


def shown(view: BasketView, column: Column = Column.PROGRAM) -> list[str]:
    model = view.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def press(target: QObject, *keys: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    for key in keys:
        QTest.keyClick(target, key, modifier)


def test_search_finds_words_in_any_order_without_polish_letters(view: Callable[..., BasketView]) -> None:
    basket = view((*owned(8), replace(owned(1)[0], program=PROGRAM._replace(edition="Biuro"))))
    for text, found in (
        ("ksiega 00005", ["R2księga 00005"]),
        ("00005 KSIĘGA", ["R2księga 00005"]),
        ("biuro", ["R2płatnik"]),
        ("zlobek", ["R2żłobek 00003", "R2żłobek 00007"]),
        ("nic takiego", []),
    ):
        basket.search.setText(text)
        assert sorted(shown(basket)) == found
    basket.search.setFocus()
    press(basket.search, Qt.Key.Key_Escape)
    assert basket.count == (9, 9)
    press(basket.search, Qt.Key.Key_Down)
    assert basket.window().focusWidget() is basket.table


def test_several_are_selected_by_keyboard_and_enter_chooses_them(view: Callable[..., BasketView]) -> None:
    basket = view(owned(12))
    chosen = QSignalSpy(basket.chosen)
    basket.select("")
    basket.table.setFocus()
    press(basket.table, Qt.Key.Key_Down, Qt.Key.Key_Down, modifier=Qt.KeyboardModifier.ShiftModifier)
    names = [entry.program.name for entry in basket.entries()]
    assert names == shown(basket)[:3]
    press(basket.table, Qt.Key.Key_Return)
    assert chosen.count() == 1
    press(basket.table, Qt.Key.Key_A, modifier=Qt.KeyboardModifier.ControlModifier)
    assert basket.selected_count == 12


def test_what_is_selected_stays_selected_while_it_is_shown(view: Callable[..., BasketView]) -> None:
    basket = view(owned(12))
    basket.table.selectAll()
    basket.table.sortByColumn(Column.PROGRAM, Qt.SortOrder.DescendingOrder)
    assert basket.selected_count == 12
    basket.search.setText("zlobek")
    assert {entry.program.name for entry in basket.entries()} == {f"R2żłobek {n:05}" for n in (3, 7, 11)}
    basket.search.clear()
    assert basket.selected_count == 3
    basket.show_basket(owned(6), TODAY)
    assert [entry.program.name for entry in basket.entries()] == ["R2żłobek 00003"]


@pytest.mark.parametrize("column", Column)
def test_every_column_sorts_both_ways_and_names_settle_what_is_alike(
    view: Callable[..., BasketView], column: Column
) -> None:
    basket = view(owned(20))
    basket.table.sortByColumn(column, Qt.SortOrder.AscendingOrder)
    upwards = shown(basket, column)
    basket.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    assert shown(basket, column) == upwards[::-1]


def test_limits_are_sorted_by_their_numbers(view: Callable[..., BasketView]) -> None:
    limits = ({"employees": 100}, {"employees": 5}, {}, {"companies": 3}, {"employees": 50})
    entries = (BasketEntry(PROGRAM._replace(licence_id=str(n), limits=held), False) for n, held in enumerate(limits))
    basket = view(tuple(entries))
    basket.table.sortByColumn(Column.LIMITS, Qt.SortOrder.AscendingOrder)
    words = ["do 5 pracowników", "do 50 pracowników", "do 100 pracowników", "3 firmy", "bez limitu"]
    assert shown(basket, Column.LIMITS) == words


def test_a_handful_has_no_picture_and_more_have_one_that_is_a_list_of_months(view: Callable[..., BasketView]) -> None:
    assert not view(owned(MOST_WITHOUT_PICTURE)).timeline.isVisible()
    timeline = view(owned(40)).timeline
    words = [timeline.item(number).text() for number in range(timeline.count())]
    assert words[:3] == [
        "już po terminie: 3 programy",
        "listopad\u00a02026: 2 programy",
        "grudzień\u00a02026: 4 programy",
    ]
    assert len(words) == 13
    assert timeline.accessibleName() == "Kiedy kończą się abonamenty"


def test_a_month_is_chosen_by_keyboard_narrows_the_table_and_lets_go(view: Callable[..., BasketView]) -> None:
    basket = view(owned(40))
    timeline = basket.timeline
    timeline.setFocus()
    timeline.setCurrentRow(0)
    press(timeline, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert basket.count == (40, 40)  # the arrows only look
    press(timeline, Qt.Key.Key_Space)
    assert {end[3:] for end in shown(basket, Column.VALID_UNTIL)} == {"12.2026"}
    assert timeline.item(2).isSelected()
    press(timeline, Qt.Key.Key_Space)
    assert basket.count == (40, 40)
    press(timeline, Qt.Key.Key_Left, Qt.Key.Key_Return)
    assert basket.count[0] == 2
    press(timeline, Qt.Key.Key_Escape)
    assert (basket.count, timeline.selectedItems()) == ((40, 40), [])


def test_a_click_chooses_a_month_and_a_second_one_lets_go(view: Callable[..., BasketView]) -> None:
    basket = view(owned(40))
    place = basket.timeline.visualItemRect(basket.timeline.item(1)).center()
    for expected in (2, 40):
        QTest.mouseClick(basket.timeline.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert basket.count[0] == expected


def test_a_chosen_month_stays_with_fresh_programs_and_goes_with_the_picture(view: Callable[..., BasketView]) -> None:
    basket = view(owned(40))
    basket.timeline.setFocus()
    basket.timeline.setCurrentRow(2)
    press(basket.timeline, Qt.Key.Key_Space)
    basket.show_basket(owned(41), TODAY)
    assert basket.count == (4, 41)
    basket.show_basket(owned(3), TODAY)
    assert basket.count == (3, 3)


def test_pages_fill_an_empty_basket_but_replace_a_full_one_only_whole(view: Callable[..., BasketView]) -> None:
    basket, entries = view(()), owned(30)
    basket.begin(TODAY)
    basket.add(entries[:10])
    assert basket.count == (10, 10)
    basket.add(entries[10:20])
    basket.done()
    assert basket.count == (20, 20)
    basket.begin(TODAY)
    basket.add(entries[:25])
    assert basket.count == (20, 20)
    basket.done()
    assert basket.count == (25, 25)


@pytest.mark.parametrize(
    ("left", "words", "mark"),
    [
        (45, "45 dni", Mark.NONE),
        (31, "31 dni", Mark.NONE),
        (30, "30 dni", Mark.SOON),
        (1, "kończy się jutro", Mark.SOON),
        (0, "kończy się dzisiaj", Mark.SOON),
        (-1, "wygasł wczoraj", Mark.ENDED),
        (-22, "wygasł 22 dni temu", Mark.ENDED),
    ],
)
def test_days_left_have_words_and_a_mark(left: int, words: str, mark: Mark) -> None:
    assert (days_left_text(left), mark_of(left)) == (words, mark)


def test_renewal_is_told_with_its_day_and_price() -> None:
    entry = BasketEntry(PROGRAM, True, date(2027, 12, 23), renewal_price=price_with_vat([money("455.40")], VAT))
    assert auto_renewal_text(entry) == "tak, 23.12.2027 za 560,14\u00a0zł brutto"


def test_a_withdrawn_product_and_a_running_order_are_marked_in_words(view: Callable[..., BasketView]) -> None:
    running = order_of(quote_for(SUBSCRIPTION), OrderState.PAID)
    gone = BasketEntry(PROGRAM._replace(licence_id="x", valid_until=date(2027, 5, 1)), False, on_sale=False)
    basket = view((BasketEntry(PROGRAM, False, open_order=running), gone))
    assert shown(basket, Column.ORDER) == ["opłacone, w realizacji", "wycofany ze sprzedaży"]


@pytest.mark.parametrize(
    ("limits", "used", "words"),
    [
        ({"employees": 50}, {"employees": 37}, "37 z 50 pracowników"),
        ({"employees": 1}, {"employees": 1}, "1 z 1 pracownika"),
        ({"employees": 50, "stations": 3}, {"stations": 2}, "do 50 pracowników, 2 z 3 stanowisk"),
        ({"companies": 10}, {"employees": 3}, "10 firm"),
    ],
)
def test_used_limits_are_shown_where_the_host_knows_them(
    view: Callable[..., BasketView], limits: dict[str, int], used: dict[str, int], words: str
) -> None:
    other = program("lic-9", "r2ksiega", "R2księga", date(2028, 1, 1))
    basket = view((BasketEntry(PROGRAM._replace(limits=limits), False), BasketEntry(other, False)))
    basket.tell_usage(Usage("r2platnik", used))
    assert shown(basket, Column.LIMITS) == [words, "do 50 pracowników"]


def test_of_two_of_the_hosts_product_nobody_knows_which_is_used(view: Callable[..., BasketView]) -> None:
    basket = view(())
    basket.tell_usage(Usage("r2platnik", {"employees": 37}))
    basket.show_basket((BasketEntry(PROGRAM, False), BasketEntry(PROGRAM._replace(licence_id="x"), False)), TODAY)
    assert shown(basket, Column.LIMITS) == ["do 50 pracowników"] * 2


def test_of_ten_thousand_programs_only_those_in_sight_are_put_into_words(view: Callable[..., BasketView]) -> None:
    """What holds the host up is work that grows with the programs; this counts it, a clock would not."""
    basket = view(owned(10_000))
    model = basket.table.model()
    QTest.qWait(50)
    before, in_sight = model.cells_judged, 40 * len(Column)
    assert before < 6 * in_sight
    for act in (
        lambda: basket.search.setText("ksiega"),
        basket.search.clear,
        lambda: basket.table.sortByColumn(Column.LIMITS, Qt.SortOrder.AscendingOrder),
        basket.table.selectAll,
        basket.table.scrollToBottom,
        lambda: basket.timeline.itemPressed.emit(basket.timeline.item(3)),
    ):
        before = model.cells_judged
        act()
        QTest.qWait(50)
        assert model.cells_judged - before < 2 * in_sight
    assert 0 < basket.count[0] < 10_000


def test_rows_are_nothing_that_the_garbage_collector_walks() -> None:
    rows = [row_of(entry, "", TODAY) for entry in owned(100)]
    assert not any(gc.is_tracked(row) for row in rows)
    assert [row.entry for row in rows] == list(owned(100))
    assert all(one.name < other.name or one.end != other.end for one, other in pairwise(rows))
    assert BasketRow.__struct_config__.frozen


def test_nothing_can_be_edited_and_tab_leaves_the_table(view: Callable[..., BasketView]) -> None:
    table = view(owned(3)).table
    assert table.editTriggers() == QAbstractItemView.EditTrigger.NoEditTriggers
    assert not table.tabKeyNavigation()


def test_a_screen_reader_meets_the_picture_as_a_list_of_its_words(view: Callable[..., BasketView]) -> None:
    timeline = view(owned(40)).timeline
    reader = QAccessible.queryAccessibleInterface(timeline)
    assert (reader.role(), reader.text(QAccessible.Text.Name)) == (
        QAccessible.Role.List,
        "Kiedy kończą się abonamenty",
    )
    items = [reader.child(number) for number in range(3)]
    assert [item.role() for item in items] == [QAccessible.Role.ListItem] * 3
    assert items[2].text(QAccessible.Text.Name) == "grudzień\u00a02026: 4 programy"


def renewed(entry: BasketEntry) -> BasketEntry:
    """Return a program whose every column has much to say."""
    day = entry.program.valid_until
    price = price_with_vat([money("455.40")], VAT)
    return replace(entry, auto_renewal=True, renewal_date=day, renewal_price=price)


def column_width(basket: BasketView, column: Column) -> int:
    return basket.table.horizontalHeader().sectionSize(column)


def test_columns_grow_with_what_a_later_basket_says(view: Callable[..., BasketView]) -> None:
    plain = replace(owned(1)[0], auto_renewal=False)
    basket = view((plain,))
    before = column_width(basket, Column.AUTO_RENEWAL)
    basket.show_basket((renewed(plain),), TODAY)
    wanted = basket.table.sizeHintForColumn(Column.AUTO_RENEWAL)
    assert before < wanted <= column_width(basket, Column.AUTO_RENEWAL)


def test_a_width_that_the_user_set_stays(view: Callable[..., BasketView]) -> None:
    basket = view(owned(2))
    basket.table.horizontalHeader().resizeSection(Column.PROGRAM, 333)
    basket.resize(700, 400)
    basket.show_basket(owned(3), TODAY)
    assert column_width(basket, Column.PROGRAM) == 333


def test_a_narrow_window_puts_words_on_two_lines_before_it_scrolls(view: Callable[..., BasketView]) -> None:
    (entry,) = owned(1)
    named = replace(entry, program=entry.program._replace(name="R2środki trwałe oraz wartości niematerialne"))
    basket = view((renewed(named),))
    table = basket.table
    basket.resize(2000, 400)
    wait_until(lambda: table.viewport().width() > 1900)
    natural = sum(max(table.sizeHintForColumn(one), table.horizontalHeader().sectionSizeHint(one)) for one in Column)
    basket.resize(natural - 20, 400)
    wait_until(lambda: table.viewport().width() < natural and not table.horizontalScrollBar().maximum(), 10, "room")
    assert table.rowHeight(0) > 2 * table.fontMetrics().lineSpacing()
    basket.resize(2000, 400)
    wait_until(lambda: column_width(basket, Column.AUTO_RENEWAL) == table.sizeHintForColumn(Column.AUTO_RENEWAL))


@pytest.mark.parametrize(
    ("room", "widths"), [(60, [10, 20, 30]), (50, [10, 15, 25]), (30, [10, 10, 20]), (80, [10, 20, 30])]
)
def test_columns_give_up_what_they_can_spare_and_no_more(room: int, widths: list[int]) -> None:
    assert narrowed([10, 20, 30], [10, 10, 20], room) == widths


@pytest.mark.parametrize("width", [300, 1600])
def test_the_last_column_is_never_cut_and_takes_the_room_that_is_left(
    view: Callable[..., BasketView], width: int
) -> None:
    basket = view((renewed(owned(1)[0]),))
    basket.resize(width, 400)
    wait_until(lambda: basket.table.viewport().width() <= width)
    header, table = basket.table.horizontalHeader(), basket.table
    assert column_width(basket, Column.ORDER) >= header.sectionSizeHint(Column.ORDER)
    assert header.length() >= table.viewport().width()
    wait_until(lambda: table.horizontalScrollBar().isVisible() == (width == 300), 10, "scroll bar")
