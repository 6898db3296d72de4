// The entry of what shows the reasons of an answer, loaded once there is one (load-later.ts).
export { openWhy } from './plot/why.ts';
export { reasonsText } from './plot/why-text.ts';
