"""What the macros of identity resolution make of values: the same on every engine.

Each case is a call of a macro on the columns `a` and `b`, their values, and the answer.
"""

# ruff: noqa: RUF001 (letters that look like others are the point)

Case = tuple[str | None, str | None, str | None]

NAMES: list[Case] = [
    ("Ahmed Ali", None, "ahmed ali"),
    (" Zoé  Ångström-O'Neil ", None, "zoe angstrom oneil"),
    ("Zoe\u0301 O’Neil", None, "zoe oneil"),
    ("Muḥammad ʿAlī", None, "muhammad ali"),
    ("İSMAİL IŞIK", None, "ismail isik"),
    ("أُسَامَة مُصْطَفَى", None, "اسامه مصطفي"),
    ("مـحـمـد رؤوف وائل", None, "محمد رووف وايل"),
    ("علی کریم", None, "علي كريم"),
    ("\u200fAhmed\u200e أحمد", None, "ahmed احمد"),
    ("A. Hassan", None, "a hassan"),
    ("12345", None, None),
    ("ؘ", None, None),
    ("", None, None),
    (None, None, None),
]
JOINED_NAMES: list[Case] = [
    *[
        (spelling, None, "abdelrahman mohamed")
        for spelling in (
            "abd el rahman mohamed",
            "abdul rahman mohamed",
            "abd al rahman mohamed",
            "abdel rahman mohamed",
            "abdelrahman mohamed",
            "abdulrahman mohamed",
            "abd rahman mohamed",
            "abdur rahman mohamed",
        )
    ],
    ("abdul", None, "abdel"),
    ("عبد الرحمن محمد", None, "عبدالرحمن محمد"),
    ("عبد الله ال سعود", None, "عبدالله سعود"),
    ("abou bakr el sayed", None, "abubakr sayed"),
    ("ابو بكر", None, "ابوبكر"),
    ("um kalthoum", None, "omkalthoum"),
    ("nour al din", None, "noureldin"),
    ("nour eddine khalil", None, "noureldin khalil"),
    ("نور الدين", None, "نورالدين"),
    ("hibat allah ali", None, "hibatallah ali"),
    ("zayed bin al nahyan", None, "zayed nahyan"),
    ("خالد بن الوليد", None, "خالد الوليد"),
    ("dr ahmed ali", None, "ahmed ali"),
    ("maria de la cruz", None, "maria delacruz"),
    ("ana de los santos", None, "ana delossantos"),
    ("jan van der berg", None, "jan vanderberg"),
    ("al", None, "al"),
    ("el al", None, "el al"),
    ("ben ali", None, "ben ali"),
    ("alaa elias", None, "alaa elias"),
    ("a hassan", None, "a hassan"),
    (None, None, None),
]
WITHOUT_ARTICLE: list[Case] = [
    ("alharbi", None, "harbi"),
    ("elsayed", None, "sayed"),
    ("الحربي", None, "حربي"),
    ("ali", None, "ali"),
    ("alaa", None, "alaa"),
    ("elham", None, "elham"),
    ("allison", None, "allison"),
    ("الاء", None, "الاء"),
    ("harbi", None, "harbi"),
    (None, None, None),
]
PHONES: list[Case] = [
    *[
        (typed, "20", "+201001234567")
        for typed in (
            "0100 123 4567",
            "1001234567",
            "+20 100 123 4567",
            "+20 (0)100 123-4567",
            "+200100 123 4567",
            "+20 20 100 123 4567",
            "0020 100 123 4567",
            "002 0100 123 4567",
            "201001234567",
            "٠١٠٠١٢٣٤٥٦٧",
            "۰۱۰۰۱۲۳۴۵۶۷",
            "＋２０１００１２３４５６７",
            "0100 123 4567 x12",
            "0100 123 4567 ext. 12",
            "tel:+201001234567;ext=12",
            "01001234567 / 01112345678",
            "٠١٠٠١٢٣٤٥٦٧ تحويلة ١٢",
        )
    ],
    ("201001234567", "966", "+201001234567"),
    ("00201001234567", None, "+201001234567"),
    ("02 2345 6789", "20", "+20223456789"),
    ("03 456 7890", "20", "+2034567890"),
    ("050 234 5678", "20", "+20502345678"),
    ("01301234567", "20", None),
    ("010012345678", "20", None),
    ("0100123456", "20", None),
    ("19123", "20", None),
    ("055 123 4567", "966", "+966551234567"),
    ("+966 055 123 4567", "966", "+966551234567"),
    ("966551234567", "20", "+966551234567"),
    ("011 234 5678", "966", "+966112345678"),
    ("052 123 4567", "966", None),
    ("9200 12345", "966", None),
    ("800 123 4567", "966", None),
    ("050 123 4567", "971", "+971501234567"),
    ("04 234 5678", "971", "+97142345678"),
    ("+971 4 234 5678", "20", "+97142345678"),
    ("053 123 4567", "971", None),
    ("96551234567", "971", "+96551234567"),
    ("96551234", "965", "+96596551234"),
    ("5123 4567", "965", "+96551234567"),
    ("+974 3312 3456", "20", "+97433123456"),
    ("06 1234 5678", "39", "+390612345678"),
    ("+39 06 1234 5678", "20", "+390612345678"),
    ("030 123456", "49", "+4930123456"),
    ("4930123456", "49", "+4930123456"),
    ("(212) 555-0123", "1", "+12125550123"),
    ("+1-555-0100", "1", None),
    ("8 912 345 67 89", "7", None),
    ("1001234567", None, None),
    ("+", "20", None),
    ("", "20", None),
    ("1" * 40, "20", None),
    (None, "20", None),
]
ADDRESSES: list[Case] = [
    ("12 El-Tahrir St., Apt. 5", None, "12 el tahrir 5"),
    ("12, EL TAHRIR STREET  flat 5", None, "12 el tahrir 5"),
    ("Road 9, Bldg 4", None, "9 4"),
    ("١٢ شارع التحرير، شقة ٥", None, "12 التحرير 5"),
    ("12 Straße d'Été", None, "12 strase dete"),
    ("Streetwise 3", None, "streetwise 3"),
    ("Street", None, None),
    (" - ", None, None),
    (None, None, None),
]
HOUSE_NUMBERS: list[Case] = [
    ("12 El-Tahrir St., Apt. 5", None, "12"),
    ("شارع التحرير ٠٧", None, "7"),
    ("Villa 12A", None, "12"),
    ("El-Tahrir St.", None, None),
    ("0", None, None),
    (None, None, None),
]
POSTCODES: list[Case] = [
    ("11511", None, "11511"),
    (" ١١٥١١", None, "11511"),
    ("sw1a 1-aa", None, "SW1A1AA"),
    (" - ", None, None),
    (None, None, None),
]
EMAILS: list[Case] = [
    ("a.li+shop@gmail.com", None, "ali@gmail.com"),
    ("ali@googlemail.com", None, "ali@gmail.com"),
    ("a.li+x@me.com", None, "a.li@icloud.com"),
    ("a.l-i_1+x@pm.me", None, "ali1@proton.me"),
    ("a.li+x@hotmail.com", None, "a.li@hotmail.com"),
    ("ali+x@outlook.com", None, "ali@outlook.com"),
    ("ali-shop@yahoo.com", None, "ali-shop@yahoo.com"),
    ("a.li+x+y@shop.example", None, "a.li@shop.example"),
    ("+x@shop.example", None, "+x@shop.example"),
    ("+.@gmail.com", None, "+.@gmail.com"),
    (None, None, None),
]
MASKED_EMAILS: list[Case] = [
    ("ahmed@example.com", None, "a***d@e***.com"),
    ("omar@shop.example", None, "o***@s***"),
    ("o@b.example.info", None, "***@b***.info"),
    ("ahmed@example.com\n", None, "a***d@e***"),
    ("مريم.ع@example.co", None, "م***ع@e***.co"),
    (None, None, None),
]
MASKED_NAMES: list[Case] = [
    ("mohamed", None, "m******"),
    ("m", None, "m"),
    ("محمد", None, "م***"),
    ("a" * 300, None, "a" + "*" * 19),
    (None, None, None),
]
MASKED_CODES: list[Case] = [
    ("+201001234567", None, "***567"),
    ("L-04410017", None, "***17"),
    ("1234", None, "***4"),
    ("123", None, "***"),
    (None, None, None),
]
LETTERS = "abcdefghi"
# Every slip in texts of two to nine letters, wherever in the text it is.
SLIPS: list[Case] = [
    (text, slipped, "true")
    for text in (LETTERS[:length] for length in range(2, 10))
    for at in range(len(text))
    for slipped in (
        text[:at] + "x" + text[at + 1 :],
        text[:at] + text[at + 1 :],
        text[:at] + "x" + text[at:],
        text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
    )
]
NEAR_TEXTS: list[Case] = [
    *SLIPS,
    ("11511", "11711", "true"),
    ("L-04410017", "L-04411007", "true"),
    ("محمد", "محمود", "true"),
    ("kareem", "kxxeem", "false"),
    ("kareem", "kremxe", "false"),
    ("ahmedali", "xhmedalx", "false"),
    ("kareem", "kare", "false"),
    ("abcdef", "badcfe", "false"),
    ("", "k", "true"),
    (None, "kareem", None),
    ("kareem", None, None),
]
SIMILARITIES: list[Case] = [
    ("kareem", "kareem", "1.0"),
    ("kareem", "karem", "0.833"),
    ("karem", "kareem", "0.833"),
    ("abd", "abdelrahman", "0.273"),
    ("abc", "xyz", "0.0"),
    ("", "abc", "0.0"),
    (None, "abc", None),
]
RARITIES: list[Case] = [
    ("5", "5", "0"),
    ("3", "5", "0"),
    ("3", "6", "1"),
    ("4", "20", "2"),
    ("1", "511", "8"),
    ("1", "512", "9"),
    ("1", "1024", "10"),
    ("1", "3000000000", "10"),
    ("2000000000", "8000000000", "2"),
]
# As written, and behind the sign the name that the list of names has for it.
COMPARED_NAMES: list[Case] = [
    ("muhammad=mohamed", "mohamed=mohamed", "equal"),
    ("كوثر=kawthar", "kawthar=kawthar", "equal"),
    ("zikry", "zikry", "equal"),
    ("k", "k", "equal"),
    ("mona=mona", "mina=mina", "different"),
    ("hassan=hassan", "hassanein=hassanein", "different"),
    ("mona=mona", "monaa", "close"),
    ("kareem", "karem=karim", "close"),
    ("zikry", "zirky", "close"),
    ("mai", "maj", "close"),
    ("كريم", "كرم", "close"),
    ("abd", "abdelrahman", "close"),
    ("abdelrahman", "abd", "close"),
    ("ab", "abdelrahman", "different"),
    ("k", "kareem=karim", "initial"),
    ("kareem=karim", "k", "initial"),
    ("k", "mona=mona", "different"),
    ("nadera", "nadeen", "unclear"),
    ("كوثر", "kawthar", "unclear"),
    ("ك", "k", "unclear"),
    ("kareem", "lobna", "different"),
    (None, "kareem", None),
    ("kareem", None, None),
]
BIRTH_DATES: list[Case] = [
    ("1990-03-07", "1990-03-07", "equal"),
    ("1990-03-07", "1990-03-08", "near"),
    ("1990-03-12", "1990-03-21", "near"),
    ("1987-03-12", "1978-03-12", "near"),
    ("1990-12-05", "1990-05-12", "near"),
    ("1990-12-05", "1991-05-12", "different"),
    ("1990-03-07", "1990-03-18", "unclear"),
    ("1990-03-07", "1991-03-08", "unclear"),
    ("1990-03-07", "1985-11-21", "different"),
    (None, "1990-03-07", None),
    ("1990-03-07", None, None),
]
COMPARED_ADDRESSES: list[Case] = [
    ("12 el tahrir", "12 el tahrir", "equal"),
    ("12 el tahrir", "12 el tahrr", "close"),
    ("12 el tahrir", "el tahrir", "close"),
    ("12 el tahrir", "13 el tahrir", "close"),
    ("12 el tahrir", "98 el tahrir", "different"),
    ("12 el nasr", "12 el nozha", "unclear"),
    ("12 el nasr", "12 makram ebeid", "different"),
    ("el nasr", "makram ebeid", "different"),
    (None, "12 el nasr", None),
    ("12 el nasr", None, None),
]
CASES: dict[str, tuple[str, list[Case]]] = {
    "normalize_name": ("normalize_name('a')", NAMES),
    "joined_name": ("joined_name('a')", JOINED_NAMES),
    "without_article": ("without_article('a')", WITHOUT_ARTICLE),
    "e164_number": ("e164_number(phone_digits('a'), 'b')", PHONES),
    "address_key": ("address_key('a')", ADDRESSES),
    "house_number": ("house_number('a')", HOUSE_NUMBERS),
    "postcode_key": ("postcode_key('a')", POSTCODES),
    "email_key": ("email_key('a', 'provider', 'other')", EMAILS),
    "mask_email": ("mask_email('a')", MASKED_EMAILS),
    "mask_name": ("mask_name('a')", MASKED_NAMES),
    "mask_code": ("mask_code('a')", MASKED_CODES),
    "is_near_text": ("'cast(' ~ is_near_text('a', 'b') ~ ' as string)'", NEAR_TEXTS),
    "similarity": (
        "'cast(round(' ~ similarity('a', 'b') ~ ', 3) as string)'",
        SIMILARITIES,
    ),
    "rarity_bits": (
        "'cast('"
        " ~ rarity_bits('cast(a as bigint)', 'cast(b as bigint)', 10)"
        " ~ ' as string)'",
        RARITIES,
    ),
    "compare_names": ("compare_names('one', 'name', 'two', 'name')", COMPARED_NAMES),
    "compare_birth_dates": (
        "compare_birth_dates('cast(a as date)', 'cast(b as date)')",
        BIRTH_DATES,
    ),
    "compare_addresses": ("compare_addresses('one', 'two')", COMPARED_ADDRESSES),
}
