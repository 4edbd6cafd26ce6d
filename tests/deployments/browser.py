"""A real browser that reads and fills Prefect's UI by what a person sees: labels and words."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PATIENCE = 30_000  # milliseconds; a busy machine draws slowly


LOOPBACK_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@contextmanager
def open_page(height: int = 1400) -> Iterator[Any]:
    """A page of headless Chromium that knows this machine alone; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: extra dev")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs a browser: install the system's package `chromium`")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=["--no-sandbox", LOOPBACK_ALONE])
        page = browser.new_page(viewport={"width": 1280, "height": height})
        page.set_default_timeout(PATIENCE)
        try:
            yield page
        except Exception as error:
            seen = page.locator("body").inner_text()
            error.add_note(f"the browser was at {page.url} and saw:\n{seen[:3000]}")
            raise
        finally:
            browser.close()


def label(page: Any, *path: str) -> Any:
    """The label at the end of a path through sections, such as dedup, Near copies, Run."""
    page.locator("label").filter(has_text=path[0]).first.wait_for()
    texts = [text.strip() for text in page.locator("label").all_inner_texts()]
    place = -1
    for name in path:
        place = next(
            (i for i in range(place + 1, len(texts)) if texts[i] in (name, f"{name} (Optional)")),
            None,
        )
        assert place is not None, f"no field {' > '.join(path)} among {texts}"
    return page.locator("label").nth(place)


def box(page: Any, *path: str) -> Any:
    """The box to type in below a label; of a list the first."""
    return label(page, *path).locator("xpath=following::*[self::input or self::textarea][1]")


def choose(page: Any, value: str, *path: str) -> None:
    """Choose a value of those that a field offers."""
    label(page, *path).locator("xpath=following::button[@aria-haspopup='listbox'][1]").click()
    page.get_by_role("option", name=value, exact=True).click()


def switch(page: Any, *path: str) -> Any:
    """The switch below a label."""
    return label(page, *path).locator("xpath=following::button[@role='switch'][1]")


def explanation(page: Any, *path: str) -> str:
    """What stands below a label, up to its box."""
    return str(label(page, *path).locator("xpath=..").inner_text())


def press(page: Any, name: str) -> None:
    """Press the button, or choose the tab or entry of a menu, of this name, once it is there."""
    found = [page.get_by_role(role, name=name) for role in ("button", "tab", "menuitem")]
    found[0].or_(found[1]).or_(found[2]).first.click()


def open_menu(page: Any) -> None:
    """Open the menu of actions in the corner of a page."""
    page.locator("button[aria-haspopup=menu]").first.click()


def wait_for(page: Any, words: str, seconds: float = 30) -> Any:
    """Wait until these words can be seen."""
    found = page.get_by_text(words, exact=False).first
    found.wait_for(timeout=seconds * 1000)
    return found


def wait_for_state(page: Any, state: str, seconds: float = 180) -> None:
    """Wait until a run is said to be in a state, such as Completed; its log may say so of tasks."""
    page.get_by_text(state, exact=True).first.wait_for(timeout=seconds * 1000)


def wait_for_value(field: Any, value: str) -> None:
    """Wait until a box holds `value`: a form is drawn first and filled then."""
    from playwright.sync_api import expect

    expect(field).to_have_value(value, timeout=PATIENCE)


def wait_for_count(found: Any, number: int) -> None:
    """Wait until there are so many of them: a page is drawn again while its parts arrive."""
    from playwright.sync_api import expect

    expect(found).to_have_count(number, timeout=PATIENCE)
