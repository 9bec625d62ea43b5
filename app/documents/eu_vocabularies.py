"""The controlled vocabularies of the European Union that ELM points into: addresses of levels, fields, units and so on.

Only what the published vocabularies hold has an address here; everything else gives None and is left out or told in
words. Source: vocabularies of the European Learning Model (snb/eqf, snb/qdr, snb/isced-f, snb/education-credit,
snb/learning-assessment), and the Publications Office's tables of countries (ISO 3166-1 alpha-3) and languages
(ISO 639-3).
"""

from collections.abc import Mapping

import pycountry

SNB = "http://data.europa.eu/snb/"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"

EQF_SCHEME = f"{SNB}eqf/25831c2"
NQF_SCHEME = f"{SNB}qdr/25831c2"
FIELD_SCHEME = f"{SNB}isced-f/25831c2"
CREDIT_SCHEME = f"{SNB}education-credit/25831c2"
MODE_SCHEME = f"{SNB}learning-assessment/25831c2"
COUNTRY_SCHEME = f"{_AUTHORITY}country"
LANGUAGE_SCHEME = f"{_AUTHORITY}language"
ESCO_SKILL = "http://data.europa.eu/esco/skill/"
ESCO_SKILL_SCHEME = "http://data.europa.eu/esco/concept-scheme/skills"

ECTS = f"{SNB}education-credit/6fcec5c5af"

ONLINE = f"{SNB}learning-assessment/920fbb3cbe"
BLENDED = f"{SNB}learning-assessment/e92d221e4d"
PRESENTIAL = f"{SNB}learning-assessment/9191af2ed9"

_NATIONAL_LEVELS = """
al-aqf: 1=45ec22f4 2=83fe9d36 3=af16b647 4=24cdfa3f 5=cfe3e39b 6=31779637 7=56c0e2fd 8=d104d536
at-nqr: 1=479252dc 2=c3234df7 3=1f1297d8 4=67af56a4 5=e8dd63b9 6=1dcef432 7=0e78414e 8=c94a713e
ba-bqf: 1=4653268d 2=d80dc4a4 3=9dac5a30 4=f89fc721 5=96e5a5e7 6=1d0ca409 7=c042a969 8=36c9ff45
be-cfc: 1=9c785d58 2=15435c11 3=19d85def 4=baa10a4e 5=cf6bd5a1 6=09d0ebb0 7=4e0e5f6b 8=165020a6
be-qdg: 1=ab42f62f 2=4d0bef61 3=04d23b42 4=ffa6243f 5=f8aa9cdb 6=f626da7f 7=2af3aa2b 8=cbec72ba
be-vlg-vks: 1=cf509e8a 2=7f5e85a7 3=650d7e95 4=615c4895 5=6fa57440 6=65235ec5 7=95fec238 8=13c65774
bg-bqf: 0=50f03409 1=11fef73b 2=4854c1ef 3=d57056ce 4=40f3d416 5=0b0b744e 6=2b79a822 7=bb023568 8=311c2747
ch-nqf-vpq: 1=419407fa 2=9ccd261b 3=1d6c3de5 4=dae3c198 5=7038706c 6=b83c6524 7=468a5afc 8=ce40bd02
cqfw: 1=c03aceeb 2=826abaf9 3=c7a9fba6 4=3a511ca6 5=3cae3a23 6=fa76c0fa 7=98740c52 8=471f5da1
cy-cyqf: 1=02c7fedc 2=ffd9ca10 3=e44ef2dc 4=5cbacb43 5a=549bffac 5b=6cba2673 5c=16351043 6=8f872111 7a=f59c3ad4
    7b=95481d1f 7c=a6c13e9f 8=99235760
cz-nsk: 1=5dfdf326 2=6961eec3 3=993b0d50 4=fe9eb464 5=b80ee6b1 6=82e7da58 7=1df7b6c9 8=4276c6dc
dk-nqf: 1=67053d58 2=f3d606a7 3=2ff9f722 4=e2461c86 5=e130f5d2 6=a19d301f 7=b08ee037 8=1aec7e1f
dqr: 1=f77c7095 2=c71cce15 3=c37d888a 4=12a84182 5=bd9f8e42 6=6919ed25 7=184f7fed 8=341d539b
estqf: 1=ed568080 2=54b380be 3=3f16a034 4=7cb99427 5=11b06734 6=3dddfd70 7=9173237a 8=2616aeff
finqf: 1=b9b2b42d 2=c660dbf8 3=63c1f703 4=cbf250da 5=fd8ce5f6 6=8a7da315 7=3b2bd7b5 8=7fa9dfe4
fr-niveaux-1969: V=d7cce980 IV=40020d69 III=243aefbe
gr-hqf: 1=ec84c700 2=6640cf62 3=48930d0b 4=f6c81729 5=7db10cb9 6=5e8da33b 7=60582329 8=c4deeb87
hr-croqf: 1=d34c0ab3 2=d5feaf10 3=3a9600c8 4.1=486071a1 4.2=49672c5a 5=dcc9aca1 6=cb53bf24 7.1=d6860258
    7.2=6ab8a29d 8.1=a43afd6a 8.2=2203f32f
hu-huqf: 1=01be7324 2=1b9935cd 3=b763e7c8 4=b9eadd5c 5=13865e16 6=9ec87162 7=c2f4856f 8=ea1b27b9
is-isqf: 1=9d649d1c 2=ca8fda2e 3=38336a53 4=905af3bc 5.1=f0e7a81b 5.2=f0be67ef 6.1=57c17789 6.2=c339fb29
    7=f8979fd7
it-qnq: 1=d7b593f0 2=5af633b3 3=2151e983 4=c160a2a0 5=334b891b 6=f875790f 7=1a6b4df9 8=34a78e36
li-nqfl: 1=ae256098 2=ab81fe6f 3=73e5a71b 4=e7f9e314 5=9a2c4ae2 6=ad62b6d5 7=e6601cb4 8=e160a72d
lt-ltqf: 1=98b42a9f 2=8525e36a 3=9d34b310 4=d1e9f55d 5=b62fa7ef 6=caa3091a 7=dbbbe65b 8=6e015474
lu-clq: 1=5eb9f21e 2=2bc813ff 3=317af58c 4=26211a04 5=b4cc88a4 6=dfb0cd4d 7=758b2f8a 8=287bdf18
lv-lqf: 1=41bf3e8a 2=f1f60c76 3=138c123b 4=14b672c3 5=7493dd0e 6=a828cd20 7=a61cdeca 8=a6744590
me-mqf: 1.1=aa951342 1.2=c0ef8a4e 2=e5b56761 3=f08d5131 4.1=52353560 4.2=ccc01a11 5=b7b67d5e 6=5d6112c5
    7.1=f38ebe74 7.2=193238e8 8=ced2a6c3
mecu: 1=9f7b21f9 2=a358d163 3=d81640d2 4=9f9cd022 5=cdd36a4b 6=6422359b 7=37f3c037 8=62866e36
mk-mqf: 1=4f0c10a1 2=9aeca2ba 3=c9af811f 4=81be283e 5A=e0ba1a59 5B=b8a101cb 6A=1a88119b 6B=55a34aab 7A=0f11cfc1
    7B=2fce21e0 8=556a291d
mqf-mt: A=0ab74a56 B=a648b6db 1=761cdbf1 2=42cf00ab 3=55c66aa8 4=c9f6d6e5 5=a3c7575d 6=333a51d9 7=eacc0583
    8=782b35df
nfq: 1=53e465cb 2=060f2f91 3=4c88e501 4=57c9e957 5=4053e803 6=670e54c7 7=38f52397 8=218a7e54 9=c6ada0f4
    10=ac9adabb
nlqf: entry=b42dd23b 1=3e11a3fd 2=c749fa23 3=f97cdbb5 4=ff656b33 4+=c2700f4e 5=18c9e9fe 6=1711a061 7=478359fc
    8=2835a50f
no-nkr: 2=0b8188d7 3=bbfedf33 4=81090d42 5.1=12ece3d4 5.2=92632be8 6.1=6b569351 6.2=52818ecd 7=fb307b49
    8=95249ae7
pl-prk: 1=fcf3bd8d 2=14db1595 3=e018d301 4=c145999e 5=045fd11d 6=cb086da3 7=e860b49b 8=ec518d13
pt-qnq: 1=1eeca5f9 2=fd9234c1 3=5c91e0ca 4=7d534b92 5=d2b47671 6=8cf0774e 7=0fe2b814 8=370653aa
ro-cnc: 1=d8706544 2=6d9af464 3=513ed8e7 4=47645af5 5=5bca675f 6=8b75d6fc 7=152a2ae2 8=8f107ecd
rqf: entry_3=b3a26e65 1=f015bac8 2=e83742bd 3=dddf1163 4=308a1766 5=dec9edae 6=c392e7a2 7=3a94d1b4 8=064b59e6
rs-nqfs: 1=83bf6184 2=c072e4cc 3=8a1ce05d 4=71bf982b 5=dc2cd5c7 6.1=6bfeff7a 6.2=529912df 7.1=cca41928
    7.2=8cab3c22 8=e3116f9b
scqf: 1=505223a4 2=2ce57891 3=31146b2c 4=61aa9cbc 5=5e46ea39 6=c167deaa 7=326c93a5 8=d9cf9fd5 9=e2e0f7fc
    10=021f233f 11=517309ca 12=c3f2cd03
se-seqf: 1=20b8cbc9 2=e1f75f79 3=4ec9e6c0 4=6477e349 5=b44f7367 6=185bb246 7=1ab773a2 8=055b6cf8
si-sqf: 1=77411555 2=4b23518c 3=e7e8d397 4=66d10210 5=5a909eaa 6=4a3aea6f 7=3f2a609e 8=4e92151b 9=74d66d27
    10=a9614000
sk-skkr: 1=1ea1c8f9 2=db0fa54f 3=fb6cbec3 4=cc1ea43c 5=98403355 6=8a024f65 7=defba593 8=fb12c713
tr-tqf: 1=be0b95b2 2=ee441642 3=a7579d00 4=a1595faf 5=ce5b0bd4 6=f4b6cea8 7=0966da79 8=17212c18
"""
"""Framework, then its levels with the last part of their address in snb/qdr; a blank in a level is written _."""

_FIELD_CODES = """
00 000 0000 001 0011 002 0021 003 0031 009 0099 01 011 0110 0111 0112 0113 0114 0119 018 0188 02 020 0200 021
0210 0211 0212 0213 0214 0215 0219 022 0220 0221 0222 0223 0228 0229 023 0230 0231 0232 0239 028 0288 029 0299
03 030 0300 031 0310 0311 0312 0313 0314 0319 032 0320 0321 0322 0329 038 0388 039 0399 04 040 0400 041 0410
0411 0412 0413 0414 0415 0416 0417 0419 042 0421 048 0488 049 0499 05 050 0500 051 0510 0511 0512 0519 052 0520
0521 0522 0529 053 0530 0531 0532 0533 0539 054 0540 0541 0542 058 0588 059 0599 06 061 0610 0611 0612 0613 0619
068 0688 07 070 0700 071 0710 0711 0712 0713 0714 0715 0716 0719 072 0720 0721 0722 0723 0724 0729 073 0730 0731
0732 078 0788 079 0799 08 080 0800 081 0810 0811 0812 0819 082 0821 083 0831 084 0841 088 0888 089 0899 09 090
0900 091 0910 0911 0912 0913 0914 0915 0916 0917 0919 092 0920 0921 0922 0923 0929 098 0988 099 0999 10 100 1000
101 1010 1011 1012 1013 1014 1015 1019 102 1020 1021 1022 1029 103 1030 1031 1032 1039 104 1041 108 1088 109
1099 99 999 9999
"""
_FIELDS = frozenset(_FIELD_CODES.split())
"""The codes of ISCED-F 2013 that have an address."""


def _levels(text: str) -> dict[tuple[str, str], str]:
    found, framework = {}, ""
    for word in text.split():
        if word.endswith(":"):
            framework = word[:-1]
            continue
        level, _, code = word.partition("=")
        found[framework, level.replace("_", " ")] = f"{SNB}qdr/c_{code}"
    return found


NATIONAL_LEVELS: Mapping[tuple[str, str], str] = _levels(_NATIONAL_LEVELS)
"""Addresses of levels by our id of the framework and the level."""
_BY_ADDRESS = {address: level for level, address in NATIONAL_LEVELS.items()}


def eqf_address(level: str | None) -> str | None:
    """The address of a level of the EQF.

    >>> eqf_address("6")
    'http://data.europa.eu/snb/eqf/6'
    """
    return f"{SNB}eqf/{level}" if level is not None and level in set("12345678") else None


def level_at(address: str) -> tuple[str, str] | None:
    """Framework and level that an address stands for, or None.

    >>> level_at("http://data.europa.eu/snb/qdr/c_c392e7a2")
    ('rqf', '6')
    """
    level = address.removeprefix(f"{SNB}eqf/")
    return ("eqf", level) if eqf_address(level) == address else _BY_ADDRESS.get(address)


def field_address(code: str | None) -> str | None:
    """The address of an ISCED-F 2013 code."""
    return f"{SNB}isced-f/{code}" if code in _FIELDS else None


def field_at(address: str) -> str | None:
    """The ISCED-F 2013 code that an address stands for, or None."""
    code = address.removeprefix(f"{SNB}isced-f/")
    return code if field_address(code) == address else None


def country_address(code: str | None) -> str | None:
    """The address of a country by its ISO 3166-1 code, or by the 3166-2 code of a part of it.

    >>> country_address("GB-SCT")
    'http://publications.europa.eu/resource/authority/country/GBR'
    """
    country = pycountry.countries.get(alpha_2=(code or "").partition("-")[0].upper() or "-")
    return f"{COUNTRY_SCHEME}/{country.alpha_3}" if country else None


def country_at(address: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of the country that an address stands for, or None."""
    name = address.removeprefix(f"{COUNTRY_SCHEME}/")
    country = pycountry.countries.get(alpha_3=name) if name != address and len(name) == 3 else None
    return str(country.alpha_2) if country else None


def language_address(tag: str | None) -> str | None:
    """The address of a language by its tag (BCP 47): regions and scripts are left out.

    >>> language_address("fr-CA")
    'http://publications.europa.eu/resource/authority/language/FRA'
    """
    primary = (tag or "").partition("-")[0].lower()
    language = pycountry.languages.get(**{f"alpha_{len(primary)}": primary}) if len(primary) in (2, 3) else None
    return f"{LANGUAGE_SCHEME}/{language.alpha_3.upper()}" if language else None


def language_at(address: str) -> str | None:
    """The ISO 639-1 code of the language that an address stands for (639-3 where it has none), or None."""
    name = address.removeprefix(f"{LANGUAGE_SCHEME}/")
    language = pycountry.languages.get(alpha_3=name.lower()) if name != address and len(name) == 3 else None
    return str(getattr(language, "alpha_2", None) or language.alpha_3) if language else None
