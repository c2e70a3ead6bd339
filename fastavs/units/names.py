"""What customs offices call their units: tables only, used by `fastavs.units.units`.

Case, dots, superscripts and letters of the wrong alphabet are evened out there; "|" divides names of one unit.
"""

from __future__ import annotations

NAMES: dict[str, str] = {
    "kg": "кг|килограмм|килограмма|килограммов|kgs|kgm|kilo|kilos|kilogram|kilograms|kilogram(s)|kilogramme"
    "|kilogrammes|kg net|net kg|kg/net|кг нетто|weight in kilograms",
    "g": "г|гр|грамм|грамма|граммов|gm|gms|grm|gram|grams|gramme|grammes|weight in grams",
    "t": "т|тн|тонна, метрическая тонна (1000 кг)|тонна|тонны|тонн|тонну|метрическая тонна|tne"
    "|tonne|tonnes|metric ton|metric tons|metric tonne|metric tonnes|mts|mt",
    "100 kg": "dtn|ц|центнер|quintal|quintals|metric quintal|hectokilogram|hectokilograms",
    "1000 kg": "weight in thousand of kilograms",
    "1000000 kg": "ktn|килотонна",
    "0.45359237 kg": "lb|lbs|pound|pounds",
    "carat": "кар|карат|карата|каратов|ctm|crt|car|carats|metric carat|metric carats|c/k|weight in carats"
    "|метрический карат|метрический карат(1карат=2*10(-4)кг|carats (one metric carat = 2 x 10-4kg)",
    "l": "л|литр|литра|литров|ltr|ltrs|lit|liter|liters|litre|litres|litre(s)|volume in liters|volume in litres"
    "|dm3|дм3",
    "hl": "гл|гектолитр|hlt|hectolitre|hectolitres|hectoliter|hectoliters",
    "10 l": "дал|дкл|декалитр",
    "1000 l": "klt|kltr|kilolitre|kilolitres|kiloliter|kiloliters|volume in thousands of liters"
    "|thousands of liters|thousands of litres",
    "m3": "м3|куб м|кубический метр|кубических метров|mtq|cbm|cum|cu m|cu mtr|mt cu|cubic metre|cubic metres"
    "|cubic meter|cubic meters|volume in cubic meters",
    "1000 m3": "km3|mtqc|tmq|volume in thousand cubic meters",
    "0.028316846592 m3": "cu ft|cubic foot|cubic feet",
    "cm3": "см3|куб см|кубический сантиметр|cmq|cu cm|cubic centimetre|cubic centimetres|cubic centimeter",
    "lpa": "л 100% спирта|л 100 % спирта|литр чистого 100% спирта|литр чистого (100%) спирта|l alc 100%"
    "|l alc 100 %|litre of pure alcohol|litres of pure alcohol|liter of pure alcohol|liters of pure alcohol"
    "|l pure alcohol|l (pure alcohol)|l alc"
    "|litre pure (100%) alcohol|litre pure (100 %) alcohol|litre pure (100 %) alcohol - l alc 100%",
    "100 lpa": "hpa|гл 100% спирта|hl 100%|hl alc 100%|hectolitre of pure alcohol",
    "piece": "шт|штука|штуки|штук|штуку|шт (колод)|nmb|nar|pst|h87|c62|niu|ea|each|u|un|unt|unit|units|p/st|no|nos"
    "|number|numbers|number(s)|pcs|pce|pc|pieces|item|items|article|articles|number of items|stick|sticks"
    "|единица|единиц|ед|изделие",
    "10 piece": "ten",
    "12 piece": "doz|dz|dzn|dozen|dozens|dpc|dz pcs|doz pcs|12u|dozen of items|дюжина|дюж",
    "144 piece": "gross|grs|gro",
    "100 piece": "cen|hun|hundred|hundreds|hundred items|hundreds of items|сто штук",
    "1000 piece": "mil|ths|thd|thousand|thousands|1000u|thousand of items|thousands of items|тысяча штук|тыс",
    "1000000 piece": "mio|millions of items",
    "pair": "пар|пара|пары|пару|npr|par|pr|prs|pairs|2u|pa|number of pairs",
    "10 pair": "tpr",
    "12 pair": "dpr|doz prs|doz pr|dozen pairs",
    "1000 pair": "mpr",
    "m2": "м2|кв м|квадратный метр|квадратных метров|mtk|sqm|sq m|sq mtr|mt sq|square metre|square metres"
    "|square meter|square meters|area in square meters|area in square metres",
    "0.0001 m2": "cm2|cmk|см2",
    "10000 m2": "га|ha|har|hectare",
    "0.09290304 m2": "sq ft|square foot|square feet",
    "0.83612736 m2": "sq yd|square yard|square yards",
    "m": "м|метр|метра|метров|пог м|погонный метр|mtr|lnm|lin m|linear metre|linear meter|metre|metres|meter"
    "|meters|length in meters|length in metres",
    "0.01 m": "cm|cmt|см",
    "100 m": "hmt|hectometre|hectometres",
    "1000 m": "км|km|kmt|thm|kilometre|kilometres|length in kilometers",
    "0.3048 m": "ft|foot|feet",
    "0.9144 m": "yd|yds|yard|yards",
    "kWh": "квт ч|квтч|киловатт-час|kilowatt hour|kilowatt hours|kilowatt-hour|electrical energy in kilowatt-hours",
    "MWh": "мвт ч|мвтч|megawatt hour|1000 киловатт-час|electrical energy in thousands of kilowatt-hours",
    "1000000 kWh": "gwh|гвт ч",
    "head": "гол|голова|голов|heads|hea",
    "bbl": "барр|баррель|barrel|barrels|bll",
    "pfl": "pf l|pf liter|pf liters|pf litre|pf litres|proof liter|proof litre|proof liters|proof litres",
    "pfgal": "pfg|pf gal|proof gallon|proof gallons|pgl",
}
"""Names by canonical unit, besides the canonical one."""

OTHER: dict[str, str] = {
    "mass of nitrogen, not net mass": "кг n|kg n|kni|килограмм азота|kilogram of nitrogen",
    "mass of potassium oxide, not net mass": "кг k2o|кг k o|кг ko|kg k2o|kpo|килограмм оксида калия"
    "|kilogram of potassium oxide",
    "mass of potassium hydroxide, not net mass": "кг koh|kg koh|kph|килограмм гидроксида калия"
    "|kilogram of potassium hydroxide (caustic potash)",
    "mass of potassium chloride, not net mass": "kcl|tonne kcl|tonne of potassium chloride",
    "mass of sodium hydroxide, not net mass": "кг naoh|kg naoh|naoh kg|ksh|килограмм гидроксида натрия"
    "|kilogram of sodium hydroxide (caustic soda)",
    "mass of phosphorus pentoxide, not net mass": "кг p2o5|кг p o|кг po|kg p2o5|kpp|килограмм пятиокиси фосфора"
    "|kilogram of diphosphorus pentaoxide",
    "mass of hydrogen peroxide, not net mass": "кг h2o2|кг ho|кг h o|kg h2o2|khy|килограмм пероксида водорода"
    "|kilogram of hydrogen peroxide",
    "mass of uranium, not net mass": "кг u|kg u|kur|килограмм урана|kilogram of uranium",
    "mass of methylamines, not net mass": "kg met am|kma|кг мет ам|kg methylamines|kilogram of methylamines",
    "mass of choline chloride, not net mass": "kg c5h14clno|kcc|kilogram of choline chloride",
    "mass of dihydrostreptomycin, not net mass": "dhs|kg dhs|kilogram of dihydrostreptomycin",
    "mass of dry matter, not net mass": "кг 90% с/в|кг 90 % с/в|т 90% с/в|kg 90% sdt|kg 90 % sdt|ksd|t adw|t dwb"
    "|килограмм 90 %-го сухого вещества|килограмм 90%-го сухого вещества|kilogram of substance 90 % dry|kg/net mas"
    "|dtnm|tnem",
    "drained mass, not net mass": "kg net eda|kg/net eda|kne|kge|kgme|dtne|tnee|kilogram drained net weight",
    "gross mass, not net mass": "gkg|kg/br|kg gross|gross kg|kgmg|dtng",
    "mass of lactic matter, not net mass": "kg/lactic matter|kg/dry lactic matter|kgmp|kgmt",
    "mass of a standard quality, not net mass": "kg std qual|dtnr|tner",
    "mass of raw sugar or live animals, not of the goods": "kg raw sugar|kg/raw sugar|kgms|dtns|kg live weight|dtnl",
    "mass of common wheat, not net mass": "kg common wheat|dtnf",
    "fuel content, not net mass": "kg/biodiesel|kg/bioethanol|kg/fuel content|tnei|tnej|tnek",
    "sugar or alcohol content, not a quantity of the goods": "kg/net/%sacchar|kg/net/%saccha|dtnz|tnez|kg/polar"
    "|10 000 kg/polar|dap|decatonne, corrected according to polarisation|brx|kg/tot/alc|l total alc|kgma|ltra",
    "strength by volume, not a quantity": "asv|asvx|% vol|%vol|% vol/hl|%vol/hl",
    "clean yield of wool, not net mass": "cyk|cy kg|clean kg|cln kg|kg amc",
    "mass of sugars, not net mass": "kts|kg ttl sug|kg cmsc|kg msc",
    "content of a metal or substance, not net mass": "ckg|cgm|ctn|kns|au g|ag g|pt g|pd g|rh g|ir g|os g|ru g|cu kg"
    "|pb kg|zn kg|w kg|v kg|mo kg|si kg|mn kg|cr kg|ni kg|mg kg|co kg|sb kg|v2o5 kg|sn t|nh3 t|cr2o3 t",
    "fissile isotopes, not net mass": "г д/и|gfi|gi f/s|грамм делящихся изотопов|gram of fissile isotopes",
    "radioactivity": "ки|кюри|ci|curie|cur|bq|gbq|mbq|беккерель|becquerels",
    "carrying capacity in tonnes, not mass": "т грп|ct/l|cct|грузоподъемность в тоннах|carrying capacity in tonnes",
    "gross tonnage, not mass": "gt|grt|брт|gross tonnage|gross register ton",
    "power": "квт|киловатт|kw|kwt|л с|лошадиная сила|hp|w|wat|watt|number of watt|мвт|mw|maw|kva",
    "gross calorific value": "tj|tjo|terajoule (gross calorific value)",
    "money, not a quantity": "eur|usd|gbp",
    "cells or elements, not pieces": "элем|элемент|ce/el|ncl|cell|cells|number of cells|number of cells/elements",
    "packages, sets or doses, whose contents vary": "упак|упаковка|наб|набор|компл|комплект|set|sets|pk|pack|packs"
    "|u jeu/pack|u (jeu/pack)|number of packages|nmp|ds|doses|доз|gcn|b/f|narb|bag|bags|box|boxes|carton|cartons"
    "|case|cases|bottle|bottles|btl",
    "beehives, not pieces": "hive|hives|beehive",
    "jewels of a watch": "jwl|jwls",
    "button lines": "grl|gr lines",
    "squares of roofing": "sq|square",
    "fibre metres": "fbm|fiber m",
    "square metre equivalents, not area": "sme",
    "ozone depletion, not mass": "ode",
    "either pieces or metres, as the row's own unit says": "шт, м",
    "gross (144 pieces) in US tables and grams elsewhere; write gross or g": "gr",
    "thousands in US tables and something else elsewhere; write 1000 piece": "k",
    "tons of 907, 1000 or 1016 kg; write t where it is tonnes": "ton|tons|lt ton|short ton|long ton",
    "gallons of 3.785 or 4.546 litres; write 3.785411784 l or 4.54609 l": "gal|gall|gallon|gallons|gll",
    "ounces of 28.35 g, or of 31.10 g where they are troy": "oz|ozs|ounce|ounces",
    "hundredweights of 45.36 or 50.80 kg": "cwt|hundredweight|hundredweights",
}
"""What customs offices count in as well, though no duty here is charged on it: what it measures, and its names."""

OKEI: dict[int, str] = {
    4: "0.01 m", 6: "m", 8: "1000 m", 18: "m", 51: "0.0001 m2", 55: "m2", 58: "1000 m2", 59: "10000 m2",
    111: "cm3", 112: "l", 113: "m3", 114: "1000 m3", 116: "10 l", 122: "hl", 130: "1000 l",
    162: "carat", 163: "g", 166: "kg", 168: "t", 169: "1000 t", 170: "1000 t", 206: "100 kg",
    245: "kWh", 246: "MWh", 247: "1000 MWh", 641: "12 piece", 642: "piece", 643: "1000 piece", 657: "piece",
    715: "pair", 730: "20 piece", 732: "10 pair", 733: "12 pair", 740: "12 piece", 796: "piece", 797: "100 piece",
    798: "1000 piece", 799: "1000000 piece", 831: "lpa", 833: "100 lpa", 836: "head", 837: "1000 pair",
}  # fmt: skip
"""Units by code of OKEI, the all-Russian classifier OK 015-94 (MK 002-97); customs files lose leading zeros."""

COMTRADE: dict[int, str] = {
    1: "no quantity", 2: "m2", 3: "1000 kwh", 4: "m", 5: "piece", 6: "pair", 7: "l", 8: "kg", 9: "1000 piece",
    10: "number of packages", 11: "12 piece", 12: "m3", 13: "carat",
}  # fmt: skip
"""Units by code of the United Nations' Comtrade (its reference tables, "supplementary quantity units")."""

OKEI_OTHER: dict[int, str] = {
    181: "брт", 185: "т грп", 214: "квт", 215: "мвт", 251: "л с", 305: "ки", 306: "г д/и", 639: "доз", 704: "наб",
    745: "элем", 778: "упак", 839: "компл", 841: "кг h2o2", 845: "кг 90% с/в", 847: "т 90% с/в", 852: "кг k2o",
    859: "кг koh", 861: "кг n", 863: "кг naoh", 865: "кг p2o5", 867: "кг u",
}  # fmt: skip
"""Codes of OKEI for units that `OTHER` has, each by one of its names."""
