"""A world on disk: generate it, open it, ask it."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from demo import (
    accounts,
    crm_records,
    events,
    orders,
    people,
    rates,
    shop,
    store,
)
from demo.batch import Batch, Writer
from demo.frames import DAY, Frame, epoch, length
from demo.noise import DEFAULT, LEVELS, Noise
from demo.truth import Truth

SIZES = {"small": 2_000, "demo": 20_000}
"""People per named size."""

BEGIN, AS_OF = "2023-05-01", "2025-06-30"
"""First and last day of a generated world: 26 months."""

FIRST_IDS = {
    "person": 1,
    "commerce": 100_001,
    "shop": 500_001,
    "crm": 10_000_001,
    "order": 1_000_001,
    "line": 1,
    "refund": 1,
    "ticket": 30_000_001,
    "spend": 50_000_001,
    "consent": 70_000_001,
}

_SECRETS = "secrets.json"


class WorldError(Exception):
    """Something that the user can put right; the message says how."""


class World:
    """One world folder.

    Attributes:
        folder: Where it lies.
        truth: What is really the case.
    """

    def __init__(self, folder: Path | str) -> None:
        """Open a world.

        Raises:
            WorldError: If there is none in the folder.
        """
        self.folder = Path(folder)
        self.truth = Truth(self.folder)
        if not (self.folder / _SECRETS).is_file():
            raise WorldError(
                f"no world in {self.folder}: run `python -m demo generate` first"
            )
        self._secrets: dict[str, str] = json.loads(
            (self.folder / _SECRETS).read_text("utf-8")
        )

    @property
    def commerce_token(self) -> str:
        """Bearer token of the commerce API."""
        return os.environ.get("COMMERCE_API_TOKEN") or self._secrets["commerce_token"]

    @property
    def crm_token(self) -> str:
        """Bearer token of the CRM API."""
        return os.environ.get("CRM_API_TOKEN") or self._secrets["crm_token"]

    @property
    def shop_url(self) -> str:
        """SQLAlchemy URL of the shop database."""
        return self._secrets.get("shop_url") or shop.default_url(self.folder)

    @property
    def now(self) -> int:
        """The world's clock: epoch seconds, UTC."""
        return int(self.state("now"))

    @property
    def noise(self) -> Noise:
        """The noise that it was made with."""
        return Noise(**self.state("noise"))

    def state(self, name: str) -> Any:
        """Return a value of the world's state."""
        connection = store.open_for_reading(self.folder)
        try:
            return store.get_state(connection, name)
        finally:
            connection.close()


def generate(  # noqa: PLR0913 (each is a choice of its own)
    size: str | int,
    seed: int,
    folder: Path | str,
    noise: Noise | str = DEFAULT,
    *,
    shop_url: str | None = None,
    force: bool = False,
) -> World:
    """Generate a world.

    Args:
        size: "small", "demo" or a number of people.
        seed: The same seed gives the same world.
        folder: Where it is written.
        noise: How dirty it is, or the name of a level.
        shop_url: SQLAlchemy URL of the shop; a SQLite file in the folder by default.
        force: Replace a world, or the shop's tables, that are there already.

    Raises:
        WorldError: If something is there already, or the arguments make no sense.
    """
    if isinstance(noise, str):
        noise = LEVELS[noise]
    count = people_count(size)
    folder = Path(folder)
    engine = prepare(folder, shop_url, force=force)
    begin, now = epoch(BEGIN), epoch(AS_OF) + DAY - 1
    rng = np.random.default_rng([seed, 0])
    batch, next_ids = _history(rng, noise, count, (begin, now - 60))
    api = store.open_for_writing(folder, create=True)
    try:
        with engine.begin() as shop_connection:
            api.execute("begin")
            writer = Writer(
                api, shop_connection, Truth(folder), rng, noise, each_kind=True
            )
            writer.write(batch)
            next_ids["event"] = writer.next_event
            state = {
                "size": count,
                "seed": seed,
                "noise": asdict(noise),
                "begin": begin,
                "now": now,
                "day": 0,
                "next_ids": next_ids,
                "prices": batch.frames["products"]["dollars"].tolist(),
            }
            store.set_state(api, state)
            api.execute("commit")
    finally:
        api.close()
        engine.dispose()
    write_secrets(folder, shop_url)
    return World(folder)


def people_count(size: str | int) -> int:
    """Return the number of people of a size.

    Raises:
        WorldError: If it is no size.
    """
    text = str(size)
    if text in SIZES:
        return SIZES[text]
    if text.isdigit() and 1 <= int(text) <= 4_000_000:
        return int(text)
    raise WorldError(f"size {text!r} is none of small, demo or a number of people")


def prepare(folder: Path, shop_url: str | None, *, force: bool) -> sa.Engine:
    """Make room for a world and return the engine of its shop, with empty tables.

    Raises:
        WorldError: If something is there already, or the shop does not answer.
    """
    if folder.exists() and any(folder.iterdir()):
        if not any(
            (folder / name).exists() for name in (store.FILE_NAME, shop.FILE_NAME)
        ):
            raise WorldError(f"{folder} holds something else: choose another folder")
        # The secrets are written last: without them, making it was cut short.
        if (folder / _SECRETS).exists() and not force:
            raise WorldError(
                f"there is a world in {folder}: use --force to replace it,"
                " or `advance` to play on"
            )
    if shop_url:
        present = _existing_tables(shop_url)
        if present and not force:
            raise WorldError(
                f"the shop database has tables already ({', '.join(present)}):"
                " use --force to replace them"
            )
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    engine = shop.connect(shop_url or shop.default_url(folder))
    shop.create(engine)
    return engine


def _existing_tables(shop_url: str) -> list[str]:
    try:
        engine = shop.connect(shop_url)
        try:
            return shop.existing_tables(engine)
        finally:
            engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        raise WorldError(f"the shop database cannot be used: {reason}") from None


def write_secrets(folder: Path, shop_url: str | None) -> None:
    """Write tokens, and a shop URL that may hold a password, for the owner only."""
    values = {
        "commerce_token": secrets.token_urlsafe(24),
        "crm_token": secrets.token_urlsafe(24),
    }
    if shop_url:
        values["shop_url"] = shop_url
    path = folder / _SECRETS
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(values, file)


def _history(
    rng: np.random.Generator, noise: Noise, count: int, window: tuple[int, int]
) -> tuple[Batch, dict[str, int]]:
    """Play the whole time from the beginning to now."""
    folk = people.create(rng, noise, count, window)
    opened = accounts.open_accounts(rng, folk, noise, window[1], FIRST_IDS)
    catalogue = orders.products(rng, window[1])
    is_online = accounts.first_account(opened["commerce"], count) >= 0
    buyers = orders.Buyers(folk, opened["shop"], is_online)
    placed = orders.place(rng, buyers, window, noise, FIRST_IDS["order"])
    lines = orders.lines(rng, placed, catalogue, FIRST_IDS["line"])
    orders.progress(rng, placed, window[1])
    low, high = orders.REFUND_WINDOW_DAYS
    frames: dict[str, Frame] = {
        "products": catalogue,
        "orders": placed,
        "order_lines": lines,
        "refunds": orders.refunds(
            rng,
            placed,
            orders.refundable(rng, placed, orders.REFUNDED),
            (placed["recorded_at"] + low * DAY, placed["recorded_at"] + high * DAY),
            window[1],
            FIRST_IDS["refund"],
        ),
        "tickets": crm_records.tickets(rng, opened["crm"], window, FIRST_IDS["ticket"]),
        "consents": crm_records.consents(
            rng, opened["crm"], window, FIRST_IDS["consent"]
        ),
        "campaign_spend": crm_records.campaign_spend(
            rng, window, count, FIRST_IDS["spend"]
        ),
        "rates": rates.quote(rng, window[0] // DAY, window[1] // DAY),
        "events": events.record(
            rng, events.Visitors(folk, opened["commerce"]), placed, window, noise
        ),
    }
    made = {
        "person": folk,
        **opened,
        "order": placed,
        "line": lines,
        "refund": frames["refunds"],
        "ticket": frames["tickets"],
        "spend": frames["campaign_spend"],
        "consent": frames["consents"],
    }
    next_ids = {name: FIRST_IDS[name] + length(frame) for name, frame in made.items()}
    return Batch(folk, folk, opened, frames), next_ids
