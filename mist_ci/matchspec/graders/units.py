"""Units of measure: which of them measure the same, and by what they differ."""

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """`value` of this unit is `value * factor + offset` of the basic unit of its dimension."""

    dimension: str
    factor: Decimal
    offset: Decimal = Decimal(0)

    def basic(self, value: Decimal) -> Decimal:
        """A value in the basic unit."""
        return value * self.factor + self.offset


_TABLE = """
length: m 1 meter metre meters metres | km 1000 kilometer kilometre kilometers kilometres | cm 0.01 centimeter \
centimetre centimeters centimetres | mm 0.001 millimeter millimetre millimeters millimetres | µm 1e-6 um micrometer \
micrometers | nm 1e-9 nanometer nanometers | inch 0.0254 inches | ft 0.3048 foot feet | yd 0.9144 yard yards | \
mi 1609.344 mile miles | nmi 1852
mass: kg 1 kilogram kilograms | g 0.001 gram grams | mg 1e-6 milligram milligrams | µg 1e-9 ug microgram micrograms | \
t 1000 tonne tonnes | lb 0.45359237 lbs pound pounds | oz 0.028349523125 ounce ounces | stone 6.35029318 stones
time: s 1 sec secs second seconds | ms 0.001 millisecond milliseconds | µs 1e-6 us microsecond microseconds | \
ns 1e-9 nanosecond nanoseconds | min 60 mins minute minutes | h 3600 hr hrs hour hours | d 86400 day days | \
wk 604800 week weeks
volume: L 1 l liter litre liters litres | ml 0.001 mL milliliter millilitre milliliters millilitres | cl 0.01 cL \
centiliter centiliters | dl 0.1 dL | m³ 1000 m3 m^3 | cm³ 0.001 cm3 cm^3 | gal 3.785411784 gallon gallons
area: m² 1 m2 m^2 | km² 1e6 km2 km^2 | cm² 1e-4 cm2 cm^2 | ha 1e4 hectare hectares | acre 4046.8564224 acres
speed: m/s 1 | km/h 5/18 kph kmh | mph 0.44704
data: B 1 byte bytes | kB 1000 KB kilobyte kilobytes | MB 1e6 megabyte megabytes | GB 1e9 gigabyte gigabytes | \
TB 1e12 terabyte terabytes | KiB 1024 | MiB 1048576 | GiB 1073741824 | TiB 1099511627776
energy: J 1 joule joules | kJ 1000 kilojoule kilojoules | cal 4.184 calorie calories | kcal 4184 kilocalorie \
kilocalories | Wh 3600 | kWh 3600000
power: W 1 watt watts | kW 1000 kilowatt kilowatts | MW 1e6 megawatt megawatts
share: % 0.01 percent
"""


def _read(table: str) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for line in table.strip().split("\n"):
        dimension, _, rest = line.partition(":")
        for entry in rest.split("|"):
            name, factor, *others = entry.split()
            over, _, under = factor.partition("/")
            unit = Unit(dimension, Decimal(over) / Decimal(under or "1"))
            units |= dict.fromkeys((name, *others), unit)
    celsius = Unit("temperature", Decimal(1), Decimal("273.15"))
    fahrenheit = Unit("temperature", Decimal(5) / 9, Decimal("273.15") - Decimal(160) / 9)
    units |= dict.fromkeys(("°C", "C", "celsius"), celsius) | {"K": Unit("temperature", Decimal(1))}
    return units | dict.fromkeys(("°F", "F", "fahrenheit"), fahrenheit)


UNITS = _read(_TABLE)
_WORD = re.compile(
    r"[\s\u00a0\u202f-]{0,2}(?:\\(?=%)|degrees?\s)?\s?(%|°?[A-Za-zµμ]{1,20}(?:/[a-z]{1,2})?(?:\^?[23²³])?)"
)


def names_by_dimension() -> dict[str, list[str]]:
    """The names of all units, by what they measure."""
    names: dict[str, list[str]] = {}
    for name, unit in UNITS.items():
        names.setdefault(unit.dimension, []).append(name)
    return names


def unit_at(text: str, place: int) -> Unit | None:
    """The unit that stands here, after a number; None for any other word."""
    found = _WORD.match(text, place)
    if found is None:
        return None
    name = found[1].replace("μ", "µ")
    return UNITS.get(name) or (UNITS.get(name.lower()) if len(name) > _SHORT else None)


_SHORT = 3
"""In short names capitals mean something: `MB` and `mb`, `K` and `k`."""
