/** Most background rows of a section of explanations. */
export const MAX_BACKGROUND = 100;
