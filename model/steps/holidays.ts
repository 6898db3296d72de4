import type { DayRule } from '../../shared/steps/calendar.ts';

const date = (month: number, day: number): DayRule => ({ month, day });
const easter = (days: number): DayRule => ({ easter: days });
/** The nth such weekday of a month; 0 is Sunday. */
const nth = (month: number, weekday: number, count: number): DayRule => ({ month, day: 7 * count - 6, weekday, turn: 'after' });
const onOrAfter = (month: number, day: number, weekday: number): DayRule => ({ month, day, weekday, turn: 'after' });
const onOrBefore = (month: number, day: number, weekday: number): DayRule => ({ month, day, weekday, turn: 'before' });

/** The holidays of R's package timeDate that are one rule for all years, by their names there. */
export const HOLIDAYS: Readonly<Record<string, DayRule>> = {
  ...{ Advent1st: onOrAfter(11, 27, 0), Advent2nd: onOrAfter(12, 4, 0), Advent3rd: onOrAfter(12, 11, 0), Advent4th: onOrAfter(12, 18, 0) },
  ...{ AllSaints: date(11, 1), AllSouls: date(11, 2), Annunciation: date(3, 25), Ascension: easter(39), AshWednesday: easter(-46) },
  ...{ AssumptionOfMary: date(8, 15), BirthOfVirginMary: date(9, 8), BoxingDay: date(12, 26), CelebrationOfHolyCross: date(9, 14) },
  ...{ ChristTheKing: onOrAfter(11, 20, 0), ChristmasDay: date(12, 25), ChristmasEve: date(12, 24), CorpusChristi: easter(60) },
  ...{ Easter: easter(0), EasterMonday: easter(1), EasterSunday: easter(0), Epiphany: date(1, 6), GoodFriday: easter(-2) },
  ...{ LaborDay: date(5, 1), MassOfArchangels: date(9, 29), NewYearsDay: date(1, 1), PalmSunday: easter(-7), Pentecost: easter(49) },
  ...{ PentecostMonday: easter(50), PresentationOfLord: date(2, 2), Quinquagesima: easter(-49), RogationSunday: easter(35) },
  ...{ Septuagesima: easter(-63), SolemnityOfMary: date(1, 1), TransfigurationOfLord: date(8, 6), TrinitySunday: easter(56) },
  ...{ CACanadaDay: date(7, 1), CACivicProvincialHoliday: nth(8, 1, 1), CAFamilyDay: nth(2, 1, 3), CALabourDay: nth(9, 1, 1) },
  ...{ CaRemembranceDay: date(11, 11), CAThanksgivingDay: nth(10, 1, 2), CAVictoriaDay: onOrBefore(5, 24, 1) },
  ...{ CHAscension: easter(39), CHBerchtoldsDay: date(1, 2), CHConfederationDay: date(8, 1), CHKnabenschiessen: nth(9, 1, 2) },
  ...{ DEAscension: easter(39), DEChristmasEve: date(12, 24), DECorpusChristi: easter(60), DEGermanUnity: date(10, 3) },
  ...{ DENewYearsEve: date(12, 31), FRAllSaints: date(11, 1), FRArmisticeDay: date(11, 11), FRAscension: easter(39) },
  ...{ FRAssumptionVirginMary: date(8, 15), FRBastilleDay: date(7, 14), FRFetDeLaVictoire1945: date(5, 8) },
  ...{ GBSummerBankHoliday: onOrBefore(8, 31, 1), ITAllSaints: date(11, 1), ITAssumptionOfVirginMary: date(8, 15) },
  ...{ ITEpiphany: date(1, 6), ITImmaculateConception: date(12, 8), ITLiberationDay: date(4, 25), ITStAmrose: date(12, 7) },
  ...{ USChristmasDay: date(12, 25), USColumbusDay: nth(10, 1, 2), USCPulaskisBirthday: nth(3, 1, 1) },
  ...{ USDecorationMemorialDay: date(5, 30), USElectionDay: onOrAfter(11, 2, 2), USGoodFriday: easter(-2) },
  ...{ USInaugurationDay: date(1, 20), USIndependenceDay: date(7, 4), USJuneteenthNationalIndependenceDay: date(6, 19) },
  ...{ USLaborDay: nth(9, 1, 1), USLincolnsBirthday: date(2, 12), USMemorialDay: onOrBefore(5, 31, 1), USMLKingsBirthday: nth(1, 1, 3) },
  ...{ USNewYearsDay: date(1, 1), USPresidentsDay: nth(2, 1, 3), USThanksgivingDay: nth(11, 4, 4), USVeteransDay: date(11, 11) },
  USWashingtonsBirthday: date(2, 22),
};
