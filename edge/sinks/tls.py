"""TLS towards a broker, and what went wrong with a connection, in a person's words."""

from __future__ import annotations

import ssl

from edge.config.outputs import MqttConfig
from edge.core.errors import ConfigError


def tls_context(config: MqttConfig) -> ssl.SSLContext:
    """How to encrypt, whom to trust and who this device is.

    Raises:
        ConfigError: A file cannot be read or is no certificate.
    """
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
    except OSError as error:
        raise ConfigError(
            f"[mqtt] ca_file: {config.ca_file} cannot be used: {reason_of(error)}",
            "Give a readable file of certificates in PEM",
        ) from None
    if config.cert_file is not None:
        try:
            # Without a password function OpenSSL would ask for one at the terminal.
            context.load_cert_chain(config.cert_file, config.key_file, password=lambda: "")
        except OSError as error:
            raise ConfigError(
                f"[mqtt] cert_file: {config.cert_file} cannot be used: {reason_of(error)}",
                "Give the device's certificate and its key, unencrypted, in PEM",
            ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def reason_of(error: Exception) -> str:
    """Why a connection failed, a clause."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or 'no reason given').lower().replace('_', ' ')}"
    if isinstance(error, OSError):
        return error.strerror or str(error) or type(error).__name__
    return str(error) or type(error).__name__
