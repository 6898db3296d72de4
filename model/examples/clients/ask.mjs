// Asks the default model (npm start) from JavaScript: node model/examples/clients/ask.mjs [URL]
const url = process.argv[2] ?? 'http://localhost:3000';

const response = await fetch(`${url}/predict`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify([{ age: 54 }, { age: 61 }]),
});
const answer = await response.json();
// A refused request has a status of 400 or more, and lists every problem.
if (!response.ok) throw new Error(`${answer.detail}: ${JSON.stringify(answer.errors)}`);
console.log(JSON.stringify(answer.predictions));
