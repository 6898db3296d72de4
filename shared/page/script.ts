/**
 * The page's script, GET /page.js: plain browser JavaScript. It writes by textContent alone. At most one request is on its
 * way; whatever changes meanwhile is asked for next, so that the last answer shown is that of the newest inputs.
 */
export const PAGE_SCRIPT = `'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId('model').textContent);
  const form = byId('form');
  const [answer, exact, shares, served, problem] = ['answer', 'exact', 'shares', 'served', 'problem'].map(byId);
  const TIMEOUT = 35000;
  let language = navigator.language.toLowerCase().startsWith('pt') ? 'pt' : 'en';
  let shown = { state: 'waiting' };
  let asking = false;
  let changed = false;

  const text = (key) => data.texts[language][key];
  const label = (given) => (typeof given === 'string' ? given : given[language]);
  const format = (number, options) => new Intl.NumberFormat(language, options).format(number);

  function valueOf(feature, at) {
    const input = byId('f' + at);
    if (!input) return feature.start;
    if (feature.type === 'logical') return input.checked;
    if (input.value === '') return null;
    return feature.type === 'number' ? Number(input.value) : feature.levels[Number(input.value)];
  }

  function record() {
    return Object.fromEntries(data.features.map((feature, at) => [feature.name, valueOf(feature, at)]));
  }

  // The newest wins: while one request is on its way, a change only notes that another is due.
  async function update() {
    changed = true;
    if (asking) return;
    asking = true;
    while (changed) {
      changed = false;
      shown = await ask();
      show();
    }
    asking = false;
  }

  async function ask() {
    try {
      const reply = await fetch('predict', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(record()),
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const body = await reply.json().catch(() => ({}));
      if (reply.ok && Array.isArray(body.predictions)) return { state: 'answered', body };
      return { state: 'refused', status: reply.status, body };
    } catch {
      return { state: 'unreachable' };
    }
  }

  function show() {
    exact.textContent = '';
    served.textContent = '';
    shares.replaceChildren();
    const isAnswer = shown.state === 'answered';
    answer.classList.toggle('note', !isAnswer);
    if (isAnswer) showAnswer(shown.body);
    else answer.textContent = shown.state === 'waiting' ? text('waiting') : '';
    showProblems();
  }

  function showAnswer(body) {
    const prediction = body.predictions[0];
    if (typeof prediction === 'number') {
      answer.textContent = format(prediction, { maximumSignificantDigits: 4 });
      exact.textContent = text('exactly') + ' ' + String(prediction);
    } else if (typeof prediction === 'string') answer.textContent = prediction;
    else showShares(prediction);
    const reason = body.reason ? ' (' + (text('reason.' + body.reason) || body.reason) + ')' : '';
    served.textContent = body.servedBy ? (text('servedBy.' + body.servedBy) || body.servedBy) + reason : '';
  }

  function showShares(prediction) {
    const labels = data.classes.every((name) => Object.hasOwn(prediction, name)) ? data.classes : Object.keys(prediction);
    const percent = (share) => format(share, { style: 'percent', maximumFractionDigits: 1 });
    const best = labels.reduce((most, name) => (prediction[name] > prediction[most] ? name : most), labels[0]);
    answer.textContent = best + ' ' + percent(prediction[best]);
    shares.replaceChildren(
      ...labels.map((name) => {
        const [line, term, bar, share] = ['div', 'dt', 'dd', 'dd'].map((tag) => document.createElement(tag));
        const progress = document.createElement('progress');
        progress.max = 1;
        progress.value = prediction[name];
        progress.ariaLabel = name;
        term.textContent = name;
        share.textContent = percent(prediction[name]);
        bar.append(progress);
        line.append(term, bar, share);
        return line;
      }),
    );
  }

  // Each problem stands beside the field that its path (a JSON Pointer) names; what names none stands by the answer.
  function showProblems() {
    const { state, status, body = {} } = shown;
    const errors = state === 'refused' && Array.isArray(body.errors) ? body.errors : [];
    const beside = data.features.map(() => []);
    const others = [];
    for (const { path, message } of errors) {
      const name = String(path).split('/')[1] || '';
      const at = data.features.findIndex((feature) => feature.name === name.replaceAll('~1', '/').replaceAll('~0', '~'));
      (byId('e' + at) ? beside[at] : others).push(message);
    }
    data.features.forEach((_, at) => {
      if (byId('e' + at)) showError(byId('e' + at), beside[at], byId('f' + at));
    });
    if (state === 'unreachable') others.push(text('unreachable'));
    if (state === 'refused' && errors.length === 0) others.push(body.detail || text('refused') + ' ' + status);
    if (state === 'refused' && errors.length > others.length) answer.textContent = text('invalid');
    showError(problem, others);
  }

  function showError(place, messages, input) {
    place.textContent = messages.join('; ');
    place.hidden = messages.length === 0;
    if (input) input.setAttribute('aria-invalid', String(messages.length > 0));
  }

  function translate() {
    document.documentElement.lang = language;
    document.title = label(data.title);
    byId('title').textContent = label(data.title);
    byId('description').textContent = label(data.description);
    for (const place of document.querySelectorAll('[data-text]')) place.textContent = text(place.dataset.text);
    for (const place of document.querySelectorAll('[data-label]')) place.ariaLabel = text(place.dataset.label);
    data.features.forEach((feature, at) => {
      const name = label(feature.label === undefined ? feature.name : feature.label);
      if (byId('l' + at)) byId('l' + at).textContent = name;
      if (byId('s' + at)) byId('s' + at).ariaLabel = name + ', ' + text('slider');
    });
    for (const button of document.querySelectorAll('[data-language]')) {
      button.ariaPressed = String(button.dataset.language === language);
    }
    show();
  }

  form.addEventListener('input', ({ target }) => {
    if (target.dataset.slider !== undefined) byId('f' + target.dataset.slider).value = target.value;
    else if (byId('s' + target.id.slice(1)) && target.value !== '') byId('s' + target.id.slice(1)).value = target.value;
    update();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    update();
  });
  document.querySelector('nav').addEventListener('click', ({ target }) => {
    if (!target.dataset.language) return;
    language = target.dataset.language;
    translate();
  });
  translate();
  update();
})();
`;
