// The entry of what shows the reasons of an answer, loaded once there is one (load-reasons.ts).
export { openWhy } from './plot/why.ts';
export { reasonsText } from './plot/why-text.ts';
