"""KSeF's own client behind the port: authentication, one encrypted session a round, the document as it is kept.

Rules: only ``KsefError`` leaves, with codes and never with a text of the server; redirects are not followed; a document that KSeF
has already (status 440) is taken for accepted under the number that KSeF gave it, since an answer may have been lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from r2_renewal.reference_shop.billing.ksef_port import Accepted, KsefError, Lost, Outcome, Refused, Sent
from r2_renewal.reference_shop.billing.ksef_settings import KsefSettings

if TYPE_CHECKING:
    from ksef_client import KsefClient
    from ksef_client.models import StatusInfo
    from ksef_client.services.sessions import OnlineSessionHandle

TIMEOUT_SECONDS = 30.0
POLL_SECONDS, POLLS = 1.0, 30
_DONE, _DUPLICATE = 200, 440
_FIRST_FINAL = 200
# Called off by KSeF itself, not for anything in the document.
_CALLED_OFF = (500, 550)


@dataclass
class LibrarySender:
    """Sends by ksef-client.

    Attributes:
        settings: the connection.
        nip: the seller's, in whose name it sends.
        poll_seconds: between two questions whether KSeF has let us in.
    """

    settings: KsefSettings
    nip: str
    poll_seconds: float = POLL_SECONDS
    _client: KsefClient | None = field(default=None, init=False)
    _token: str = field(default="", init=False, repr=False)
    _session: OnlineSessionHandle | None = field(default=None, init=False)

    def send(self, content: bytes) -> Sent:
        """Send a document, in the session of this round."""
        with _telling():
            session = self._opened()
            answer = session.send_invoice(content)
            return Sent(session.reference_number, answer.reference_number)

    def outcome(self, sent: Sent) -> Outcome:
        """Ask what became of a document; None while KSeF works on it."""
        with _telling():
            client = self._authenticated()
            found = client.sessions.get_session_invoice_status(sent.session, sent.invoice, access_token=self._token)
            status = found.status
            if status.code < _FIRST_FINAL:
                return None
            if status.code == _DONE and found.ksef_number:
                return Accepted(found.ksef_number, self._upo(sent.session, found.ksef_number))
            if status.code == _DUPLICATE:
                return self._original(status)
            failure = f"status {status.code}"
            return Lost(failure) if status.code in _CALLED_OFF else Refused(failure)

    def _original(self, status: StatusInfo) -> Outcome:
        told = status.extensions or {}
        number, session = told.get("originalKsefNumber"), told.get("originalSessionReferenceNumber")
        if not number or not session:
            return Refused(f"status {_DUPLICATE}")
        return Accepted(str(number), self._upo(str(session), str(number)))

    def _upo(self, session: str, number: str) -> bytes:
        client = self._authenticated()
        return client.sessions.get_session_invoice_upo_by_ksef(session, number, access_token=self._token)

    def end_round(self) -> None:
        """Close the session of this round, if there is one; never raises."""
        session, client = self._session, self._client
        self._session, self._client, self._token = None, None, ""
        with suppress(Exception):  # KSeF closes it itself in the end, and what was sent in it is sent
            if session is not None:
                session.close()
        if client is not None:
            client.close()

    def _opened(self) -> OnlineSessionHandle:
        if self._session is None:
            from ksef_client.models import FormCode
            from ksef_client.services.workflows import OnlineSessionWorkflow

            client = self._authenticated()
            key = client.security.get_public_key_certificate("SymmetricKeyEncryption")
            self._session = OnlineSessionWorkflow(client.sessions).open_session(
                form_code=FormCode(system_code="FA (3)", schema_version="1-0E", value="FA"),
                public_certificate=key.certificate,
                public_key_id=key.public_key_id,
                access_token=self._token,
            )
        return self._session

    def _authenticated(self) -> KsefClient:
        if self._client is None:
            from ksef_client import KsefClient, KsefClientOptions

            self._client = KsefClient(
                KsefClientOptions(base_url=self.settings.url, timeout_seconds=TIMEOUT_SECONDS, follow_redirects=False)
            )
        if not self._token:
            self._token = self._let_in(self._client)
        return self._client

    def _let_in(self, client: KsefClient) -> str:
        from ksef_client.services.workflows import AuthCoordinator

        own: dict[str, Any] = {
            "context_identifier_type": "nip",
            "context_identifier_value": self.nip,
            "poll_interval_seconds": self.poll_seconds,
            "max_attempts": POLLS,
        }
        coordinator = AuthCoordinator(client.auth)
        if self.settings.token:
            key = client.security.get_public_key_certificate("KsefTokenEncryption")
            return coordinator.authenticate_with_ksef_token(
                token=self.settings.token,
                public_certificate=key.certificate,
                public_key_id=key.public_key_id,
                **own,
            ).access_token
        return coordinator.authenticate_with_xades(
            certificate_pem=self.settings.certificate,
            private_key_pem=self.settings.key,
            subject_identifier_type="certificateSubject",
            **own,
        ).access_token


@contextmanager
def _telling() -> Iterator[None]:
    from ksef_client.exceptions import KsefHttpError

    try:
        yield
    except KsefError:
        raise
    except KsefHttpError as error:
        raise KsefError(f"http {error.status_code}") from error
    except Exception as error:  # the library lets through what it meets in an answer: KeyError, TypeError, RuntimeError
        raise KsefError(type(error).__name__) from error
