{#-
    A text in lower case with the variants of a letter made one: Latin letters without
    accents, Arabic ones without vowel signs. Signs that nobody sees, and apostrophes, go.
    Each list costs 20 ns a letter and row: the longest is for texts that need it.
-#}
{% macro fold_letters(column_name) -%}
    {%- set latin = {
        "a": "áàâäãåāăąạảấæ",
        "e": "éèêëēėęěẹə",
        "i": "íìîïīįıĩị",
        "o": "óòôöõōøőọœ",
        "u": "úùûüūůűųũụ",
        "c": "çćč",
        "d": "ďđðḍḏ",
        "g": "ğġģ",
        "h": "ḥḫħ",
        "l": "łľļ",
        "n": "ñńňņ",
        "s": "şșśšṣß",
        "t": "ţțťṭṯ",
        "y": "ýÿ",
        "z": "žźżẓ",
        "": "`´‘’ʼʾʿ\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"
        "\u0323\u0327\u0328\u0331\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d"
        "\u202e\u2066\u2067\u2068\u2069\ufeff",
    } -%}
    {%- set arabic = {
        "ا": "أإآٱ",
        "ه": "ةہ",
        "و": "ؤ",
        "ي": "ىئی",
        "ك": "ک",
        "": "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640",
    } -%}
    {%- set arabic_letters = arabic.items() | list -%}
    {%- set latin_1 = [] -%}
    {%- for letter, variants in latin.items() -%}
        {%- do latin_1.append((letter, variants | select("le", "ÿ") | join)) -%}
    {%- endfor -%}
    {%- set lowered = "replace(lower(" ~ column_name ~ "), chr(39), '')" -%}
    case
        {%- for range, letters in (
            (
                "Ā-ͯḀ-ỿ\u200b-\u2069\ufeff",
                arabic_letters + latin.items() | list,
            ),
            ("`´À-ÿ", arabic_letters + latin_1),
            ("ء-ۿ", arabic_letters),
        ) %}
            {%- set listed = namespace(variants="", plain="") -%}
            {%- for letter, variants in letters | sort(reverse=true) -%}
                {%- set listed.variants = listed.variants ~ variants -%}
                {%- set listed.plain = listed.plain ~ letter * variants | length -%}
            {%- endfor %}
            when regexp_like({{ column_name }}, '[{{ range }}]')
            then translate({{ lowered }}, '{{ listed.variants }}', '{{ listed.plain }}')
        {%- endfor %}
        else {{ lowered }}
    end
{%- endmacro %}
