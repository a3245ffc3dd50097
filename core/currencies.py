"""Which codes are currencies: those of ISO 4217 that are in use, for books are kept in one of them for years."""

from __future__ import annotations

import re

from core.errors import CogsheetError, briefly

_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
    MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
ISO_4217 = frozenset(re.findall("[A-Z]{3}", _CODES))


class NotACurrencyError(CogsheetError):
    """What was typed as a currency is none."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{briefly(typed)}” is no currency. Write the three letters of ISO 4217, such as USD, EUR or GBP. Nothing "
            f"was changed."
        )


def checked_currency(typed: str) -> str:
    """Return the code of a currency in capitals.

    Raises:
        NotACurrencyError: If there is no such currency.

    Examples:
        >>> checked_currency(" eur ")
        'EUR'
    """
    code = typed.strip().upper()
    if code not in ISO_4217:
        raise NotACurrencyError(typed)
    return code
