/**
 * Draws the series of the page of an experiment as a chart to explore: zoom by drag, values under the cursor, the same
 * by buttons and keys. The figures come from the API. Without this script the page shows them as a drawing and a table.
 */
const host = document.getElementById('explore');
const measures = document.getElementById('measure');
const buckets = document.getElementById('bucket');
const DASHES = [[], [9, 4], [3, 3], [12, 3, 3, 3], [6, 6], [1, 4]];
const HEIGHT = 320;
/** The part of the shown time by which a step zooms. */
const STEP = 0.6;

let answer = null;
let plot = null;

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function element(name, more, ...children) {
  const made = Object.assign(document.createElement(name), more);
  made.append(...children);
  return made;
}

function textOf(value) {
  if (value == null) return '–';
  const { unit } = measures.selectedOptions[0].dataset;
  const { locale, currency, digits } = host.dataset;
  if (unit === 'percent') return `${value.toFixed(2)} %`;
  if (unit === 'ratio') return value.toFixed(2);
  if (unit === 'count') return value.toLocaleString(locale);
  return value.toLocaleString(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: Number(digits),
    maximumFractionDigits: Number(digits),
  });
}

function timeOf(seconds) {
  const hour = answer.bucket === 'hour' ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } : {};
  return new Date(seconds * 1000).toLocaleString(host.dataset.locale, {
    timeZone: answer.timezone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...hour,
  });
}

/** A date, with the hour only if marks are closer than a day. */
function tickOf(seconds, step) {
  const options = { timeZone: answer.timezone, day: 'numeric', month: 'short' };
  const hour = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return new Date(seconds * 1000).toLocaleString(host.dataset.locale, {
    ...options,
    ...(step < 86_400 ? hour : {}),
  });
}

/** Upright lines for budget writes, short ones at the bottom for looks. */
function drawMarks({ ctx, bbox, scales, valToPos }) {
  const { min, max } = scales.x;
  const mark = (iso, from, colour, dash) => {
    const at = Date.parse(iso) / 1000;
    if (at < min || at > max) return;
    const x = Math.round(valToPos(at, 'x', true));
    ctx.strokeStyle = colour;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(x, from);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  };
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = 1.5 * ratio;
  for (const { due_at } of answer.looks)
    mark(due_at, bbox.top + bbox.height - 7 * ratio, token('--muted'), []);
  for (const { at } of answer.writes) mark(at, bbox.top, token('--bad'), [4 * ratio, 3 * ratio]);
  ctx.restore();
}

function optionsFor(width) {
  const { unit } = measures.selectedOptions[0].dataset;
  const isRate = unit === 'percent' || unit === 'ratio';
  const axis = {
    stroke: token('--muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { stroke: token('--line'), width: 1 },
  };
  return {
    width,
    height: HEIGHT,
    // The last label is centred at the right end.
    padding: [null, 48, null, null],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), answer.timezone),
    // A click would hide a line for those with a mouse alone.
    cursor: { drag: { x: true, y: false }, bind: { click: () => null } },
    scales: {
      y: {
        // Counts and amounts begin at zero; a rate fills the chart, because its differences are small.
        range: (_, low, high) => {
          if (low == null) return [0, 1];
          const margin = (high - low || high || 1) * 0.08;
          return [isRate ? Math.max(0, low - margin) : 0, high + margin];
        },
      },
    },
    axes: [
      // Room for the longest label, with the hour.
      { ...axis, space: 112, values: (_, at, __, ___, step) => at.map((each) => tickOf(each, step)) },
      { ...axis, size: 84, values: (_, values) => values.map(textOf) },
    ],
    series: [
      { label: answer.bucket === 'day' ? 'Day' : 'Hour', value: (_, at) => (at == null ? '–' : timeOf(at)) },
      ...answer.variants.map(({ name }, index) => ({
        label: name,
        stroke: token(`--series-${index + 1}`),
        width: 2,
        dash: DASHES[index],
        points: { show: answer.buckets.length <= 60, size: 5 },
        value: (_, value) => textOf(value),
      })),
    ],
    hooks: { draw: [drawMarks] },
  };
}

function draw() {
  const shown = plot && { ...plot.scales.x };
  const isZoomed = plot && (shown.min > plot.data[0][0] || shown.max < plot.data[0].at(-1));
  plot?.destroy();
  const times = answer.buckets.map(({ start }) => Date.parse(start) / 1000);
  const data = [times, ...answer.variants.map((variant) => variant[measures.value])];
  plot = new uPlot(optionsFor(frame.clientWidth), data, frame);
  if (isZoomed) plot.setScale('x', { min: shown.min, max: shown.max });
}

function zoom(factor) {
  const [first, last] = [plot.data[0][0], plot.data[0].at(-1)];
  const { min, max } = plot.scales.x;
  const at = plot.cursor.idx == null ? (min + max) / 2 : plot.data[0][plot.cursor.idx];
  const from = Math.max(first, at - (at - min) * factor);
  const until = Math.min(last, at + (max - at) * factor);
  if (until - from > 2 * 3600) plot.setScale('x', { min: from, max: until });
}

const showAll = () => plot.setScale('x', { min: plot.data[0][0], max: plot.data[0].at(-1) });

/** Moves the cursor to a bucket, and says its values. */
function point(place) {
  const times = plot.data[0];
  const index = Math.max(0, Math.min(times.length - 1, place));
  const { min, max } = plot.scales.x;
  if (times[index] < min || times[index] > max) {
    const half = (max - min) / 2;
    plot.setScale('x', { min: times[index] - half, max: times[index] + half });
  }
  const value = plot.data.slice(1).find((values) => values[index] != null)?.[index];
  plot.setCursor({
    left: plot.valToPos(times[index], 'x'),
    top: value == null ? 10 : plot.valToPos(value, 'y'),
  });
  const each = answer.variants.map(({ name }, line) => `${name}: ${textOf(plot.data[line + 1][index])}`);
  said.textContent = `${timeOf(times[index])}: ${each.join(', ')}`;
}

const KEYS = {
  ArrowLeft: () => point((plot.cursor.idx ?? plot.data[0].length) - 1),
  ArrowRight: () => point((plot.cursor.idx ?? -1) + 1),
  Home: () => point(0),
  End: () => point(plot.data[0].length - 1),
  '+': () => zoom(STEP),
  '-': () => zoom(1 / STEP),
  Escape: showAll,
};

const frame = element('div', { className: 'plot', tabIndex: 0 });
const said = element('p', { className: 'muted' });
const trouble = element('p', { className: 'error', hidden: true });

/** The parts of the page that follow the choice: heading, drawing and table. */
async function readPage(address) {
  const page = await fetch(address, { headers: { accept: 'text/html' } });
  if (!page.ok) return;
  const next = new DOMParser().parseFromString(await page.text(), 'text/html');
  // The choice may have changed again meanwhile.
  if (address !== addressOf()) return;
  for (const id of ['chart', 'reading', 'table']) {
    const [own, other] = [document.getElementById(id), next.getElementById(id)];
    if (own && other) own.replaceChildren(...other.childNodes);
  }
}

const addressOf = () => `${location.pathname}?measure=${measures.value}&bucket=${buckets.value}`;

async function read() {
  const bucket = buckets.value;
  const got = await fetch(`${host.dataset.series}?bucket=${bucket}`, {
    headers: { accept: 'application/json' },
  });
  if (!got.ok) throw new Error(`status ${got.status}`);
  const next = await got.json();
  if (bucket !== buckets.value) return;
  answer = next;
  plot?.destroy();
  plot = null;
  draw();
}

async function changed(event) {
  history.replaceState(null, '', addressOf());
  try {
    if (event.target === buckets) await read();
    else draw();
    await readPage(addressOf());
    trouble.hidden = true;
  } catch {
    fail();
  }
}

function fail() {
  trouble.textContent = 'The figures could not be read. Load the page again.';
  trouble.hidden = false;
}

function button(text, action) {
  const made = element('button', { type: 'button', className: 'quiet', textContent: text });
  made.addEventListener('click', action);
  return made;
}

async function start() {
  frame.setAttribute('role', 'group');
  frame.setAttribute('aria-label', 'Chart of the figures in the table below');
  frame.setAttribute('aria-describedby', 'explore-keys');
  said.setAttribute('aria-live', 'polite');
  trouble.setAttribute('role', 'alert');
  const keys = element('p', {
    id: 'explore-keys',
    className: 'muted',
    textContent:
      'Drag to zoom in, double-click to show all. With the keyboard: arrows move over the figures, + and − zoom, Escape shows all.',
  });
  const buttons = element(
    'p',
    { className: 'zoom' },
    button('Zoom in', () => zoom(STEP)),
    ' ',
    button('Zoom out', () => zoom(1 / STEP)),
    ' ',
    button('Show all', showAll),
  );
  host.append(frame, said, buttons, keys);
  host.before(trouble);
  host.hidden = false;
  try {
    await read();
  } catch {
    // The drawing stays.
    host.hidden = true;
    return fail();
  }
  document.getElementById('reading').hidden = true;
  for (const select of [measures, buckets]) {
    select.addEventListener('change', changed);
    select.form.querySelector('button').hidden = true;
  }
  frame.addEventListener('keydown', (event) => {
    const key = event.key === '=' ? '+' : event.key === '−' ? '-' : event.key;
    if (!Object.hasOwn(KEYS, key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[key]();
  });
  new ResizeObserver(() => {
    if (plot && frame.clientWidth > 0 && frame.clientWidth !== plot.width)
      plot.setSize({ width: frame.clientWidth, height: HEIGHT });
  }).observe(frame);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

if (host && typeof uPlot === 'function') start();
