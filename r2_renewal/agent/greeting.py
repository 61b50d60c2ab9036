"""The greeting that opens the conversation of host and agent, and configures the agent."""

from __future__ import annotations

from r2_renewal.agent.messages import Message


class KeyParam(Message, frozen=True):
    """A trusted key. Attributes: ed25519: 64 hexadecimal digits."""

    id: str
    ed25519: str


class HelloParams(Message, frozen=True):
    """Opens the conversation and configures the agent.

    Attributes:
        protocol: version spoken by the host.
        shop_url: base URL of the shop.
        licence_path: the licence file to read and replace.
        other_places: further places of a licence: the best of all is gone by, the first that can be written takes a renewed one.
        trusted_keys: keys that may sign licences.
        product_code: the product whose licence it is.
        state_dir: folder of local state.
        call_seconds: total deadline of a call that reads from the shop, retries included.
        order_seconds: total deadline of an order, retries included.
        proxy: proxy to use before the system's; empty for the system's.
        offline_only: whether the administrator forbids every connection.
        ca_file: a file of authorities to believe besides the system's; empty for none.
        licence_key: decrypts an encrypted licence file; a secret, which travels in this pipe alone. Empty for none.
    """

    protocol: int
    shop_url: str
    licence_path: str
    trusted_keys: tuple[KeyParam, ...]
    product_code: str
    state_dir: str
    call_seconds: float = 15.0
    order_seconds: float = 30.0
    other_places: tuple[str, ...] = ()
    proxy: str = ""
    offline_only: bool = False
    ca_file: str = ""
    licence_key: str = ""

    def __repr__(self) -> str:
        """Return where it leads; a greeting holds a secret."""
        return f"HelloParams(shop_url={self.shop_url!r}, licence_path={self.licence_path!r}, …)"


class HelloResult(Message, frozen=True):
    """The agent's answer.

    Attributes:
        protocol: version spoken by the agent.
        version: its package.
        open_orders: unsettled orders resumed.
        notices: codes of what it has to do without, such as its log.
    """

    protocol: int
    version: str
    open_orders: int
    notices: tuple[str, ...] = ()
