"""The outputs: JSON lines, CSV, pictures, an MQTT broker, metrics."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from edge.config.secrets import read_secret
from edge.config.section import Section
from edge.core.errors import ConfigError
from edge.core.redaction import hide

_PLAIN_PORT, _TLS_PORT = 1883, 8883
"""Registered ports for MQTT without and with TLS (IANA)."""


class JsonlConfig(Section):
    """``[jsonl]``: one JSON line for each frame, for other programs."""

    path: Path | None = Field(
        None,
        description="File to which a JSON line for each frame is appended; - is stdout.",
        examples=["inspections.jsonl"],
    )
    events: Path | None = Field(
        None,
        description="File to which a JSON line for each event is appended.",
        examples=["events.jsonl"],
    )


class CsvConfig(Section):
    """``[csv]``: a table of defects, for a spreadsheet."""

    path: Path = Field(
        description="File to which a row for each defect on the coil is appended.",
        examples=["defects.csv"],
    )


class PicturesConfig(Section):
    """``[pictures]``: frames with their defects drawn."""

    folder: Path = Field(
        description="Folder for a picture of each defective frame (JPEG).", examples=["pictures"]
    )
    limit: int = Field(1000, ge=1, description="Most pictures written in a run.")


class MqttConfig(Section):
    """``[mqtt]``: a broker for defects, frames, coils and events (extra: mqtt)."""

    host: str = Field(
        min_length=1, description="Name or address of the broker.", examples=["broker.mill.example"]
    )
    port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="TCP port of the broker. Default: 1883, or 8883 with TLS.",
        examples=[1883],
    )
    topic: str = Field(
        "millsight/line",
        pattern=r"^[^+#/\x00-\x1f$]([^+#\x00-\x1f]*[^+#/\x00-\x1f])?$",
        description="Prefix of all topics of this line; give each line its own.",
    )
    client_id: str = Field(
        "",
        description="Client id at the broker, which must be unique. Default: made from the "
        "device's name and the topic.",
    )
    user: str | None = Field(
        None,
        min_length=1,
        description="User name, if the broker requires one.",
        examples=["millsight"],
    )
    password_file: Path | None = Field(
        None,
        description="File whose first line is the password; only the service should read it.",
        examples=["/etc/millsight/mqtt-password"],
    )
    password_env: str | None = Field(
        None,
        min_length=1,
        description="Name of the environment variable that holds the password.",
        examples=["MILLSIGHT_MQTT_PASSWORD"],
    )
    tls: bool = Field(False, description="Encrypt, and check the broker's certificate.")
    ca_file: Path | None = Field(
        None,
        description="Certificates that may sign the broker's certificate (PEM). Default: those of "
        "the system.",
        examples=["/etc/millsight/broker-ca.pem"],
    )
    cert_file: Path | None = Field(
        None,
        description="This device's own certificate (PEM).",
        examples=["/etc/millsight/device.pem"],
    )
    key_file: Path | None = Field(
        None,
        description="Private key of cert_file (PEM). Default: read from cert_file.",
        examples=["/etc/millsight/device.key"],
    )
    keepalive_s: int = Field(
        30, ge=5, le=3600, description="A broker silent for longer is treated as unreachable (s)."
    )
    health_s: float = Field(
        10.0, gt=0, description="Time between two messages about health and coverage (s)."
    )
    window: int = Field(
        32, ge=1, le=1000, description="Most messages sent and not yet acknowledged."
    )
    waiting: int = Field(
        10_000,
        ge=1,
        description="Most messages kept in memory for an unreachable broker, if there is no "
        "ledger.",
    )

    @field_validator("host")
    @classmethod
    def _can_be_looked_up(cls, host: str) -> str:
        try:
            host.encode("idna")
        except UnicodeError:
            raise ValueError(f"{host!r} is not the name or address of a host") from None
        return host

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        given = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if {"password_file", "password_env"} <= given:
            raise ValueError("give password_file or password_env, not both")
        if given & {"password_file", "password_env"} and self.user is None:
            raise ValueError("a password needs a user")
        if self.key_file is not None and self.cert_file is None:
            raise ValueError("key_file needs cert_file")
        if not self.tls and (alone := sorted(given & {"ca_file", "cert_file"})):
            raise ValueError(f"{alone[0]} needs tls = true")
        return self

    @property
    def port_used(self) -> int:
        """The given port, or the registered one, with or without TLS."""
        return self.port or (_TLS_PORT if self.tls else _PLAIN_PORT)

    @property
    def name_at_broker(self) -> str:
        """The given client id, or one that no other line has."""
        return self.client_id or f"millsight-{socket.gethostname()}-{self.topic.replace('/', '-')}"

    def password(self) -> SecretStr | None:
        """The password from its file or variable; None if none is configured.

        Raises:
            ConfigError: The file cannot be read, the variable is not set, or it is empty.
        """
        if self.password_env is not None:
            where, text = f"the variable {self.password_env}", os.environ.get(self.password_env)
            if text is None:
                raise ConfigError(
                    f"[mqtt] password_env: {where} is not set",
                    "Set it where millsight starts, or use password_file",
                )
        elif self.password_file is not None:
            where = str(self.password_file)
            try:
                text = read_secret(self.password_file)
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not text"
                raise ConfigError(
                    f"[mqtt] password_file: {where} cannot be read: {reason}",
                    "Check the path, and that millsight may read it",
                ) from None
        else:
            return None
        if not text.strip():
            raise ConfigError(f"[mqtt]: the password in {where} is empty", "Write it there")
        hide(text.rstrip("\r"))
        return SecretStr(text.rstrip("\r"))


class MetricsConfig(Section):
    """``[metrics]``: Prometheus figures at /metrics, health at /healthz (extra: metrics)."""

    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="Address to listen at; with 0.0.0.0 the whole network can read, without a "
        "password.",
    )
    port: int = Field(9720, ge=0, le=65535, description="TCP port; 0 chooses a free port.")
    silence_s: float = Field(
        10.0,
        gt=0,
        description="The line is unhealthy if frames came for so long without a verdict in time "
        "(s).",
    )
