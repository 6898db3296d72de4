/**
 * Texts that look the same may be made of other code points: macOS writes "ã" as "a" and a combining tilde (NFD), most others as
 * one character (NFC). Such texts are taken for each other where no two of a list look the same. Normalizing takes quadratic
 * time in the number of combining marks in a row, so that no long text is normalized.
 */

/** Most characters of a text that is normalized. */
const MOST = 200;
const NONE: string[] = [];

/** For each text of a list its other usual form, NFC or NFD; none where both are one, or where two texts of the list look the same. */
export function otherForms(texts: readonly string[]): readonly string[][] {
  const places = placesByLook(texts);
  return texts.map((text) => {
    const look = lookOf(text);
    if (look === undefined || places.get(look) === undefined) return NONE;
    const others = [look, text.normalize('NFD')].filter((form) => form !== text);
    return others.length === 0 ? NONE : others;
  });
}

/** Finds the place of the one text of a list that looks as another one does; undefined where there is none, or more than one. */
export function createLooks(texts: readonly (string | null)[]): (text: string) => number | undefined {
  const places = placesByLook(texts);
  return (text) => {
    const look = lookOf(text);
    return look === undefined ? undefined : places.get(look);
  };
}

function placesByLook(texts: readonly (string | null)[]): Map<string, number | undefined> {
  const places = new Map<string, number | undefined>();
  texts.forEach((text, place) => {
    const look = lookOf(text);
    if (look !== undefined) places.set(look, places.has(look) ? undefined : place);
  });
  return places;
}

function lookOf(text: string | null): string | undefined {
  return text === null || text.length > MOST ? undefined : text.normalize('NFC');
}
