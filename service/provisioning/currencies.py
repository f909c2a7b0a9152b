"""Which currencies a restaurant's books can be kept in: those of ISO 4217 that have hundredths, because money
here is integer hundredths throughout."""

from __future__ import annotations

from service.provisioning.errors import ProvisioningError


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


WITH_HUNDREDTHS = _codes("""
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF
    CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD
    HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD
    RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
    UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
""")
WITHOUT_DECIMALS = _codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF")
WITH_THOUSANDTHS = _codes("BHD IQD JOD KWD LYD OMR TND")


def check_currency(code: str) -> None:
    """Raises ProvisioningError with the reason."""
    if code in WITH_HUNDREDTHS:
        return
    if code in WITHOUT_DECIMALS:
        raise ProvisioningError(f"{code} has no hundredths, and money is kept in hundredths here.")
    if code in WITH_THOUSANDTHS:
        raise ProvisioningError(f"{code} is divided into thousandths, and money is kept in hundredths here.")
    raise ProvisioningError(f"{code!r} is not a currency of ISO 4217, such as USD or GBP.")
