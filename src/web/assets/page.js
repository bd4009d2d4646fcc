/**
 * Keeps a page with `body[data-live]` current: on an event of /api/events it reads the page again and replaces the content
 * of #main. Scripts that draw into #main draw again on the event `main-replaced` of the document. Without this script the
 * pages work all the same.
 */
const main = document.getElementById('main');
const CONTROLS = 'a[href], button, input, select, textarea, summary';
/** Changes come in groups: a phase makes several. */
const GATHER_MS = 300;
/** After a refusal, e.g. because there are too many listeners. */
const AGAIN_MS = 30_000;
let source = null;
let due = 0;
let reading = false;
let again = false;

/** Whether a field has input that a new page would lose. */
function hasInput() {
  return [...main.querySelectorAll('input, textarea, select')].some((field) => {
    if (field.type === 'hidden' || field.type === 'submit') return false;
    if (field.tagName === 'SELECT')
      return (
        field === document.activeElement ||
        [...field.options].some((o) => o.selected !== o.defaultSelected && o.index !== firstOf(field))
      );
    return field.type === 'checkbox' || field.type === 'radio'
      ? field.checked !== field.defaultChecked
      : field.value !== field.defaultValue;
  });
}

/** A select without a chosen option shows its first one. */
function firstOf(select) {
  return [...select.options].some((o) => o.defaultSelected) ? -1 : 0;
}

const nameOf = (details) => details.id || details.querySelector('summary')?.textContent || '';

function replaceMain(next) {
  const open = new Map([...main.querySelectorAll('details')].map((each) => [nameOf(each), each.open]));
  const focused = main.contains(document.activeElement) ? document.activeElement : null;
  const place = focused ? [...main.querySelectorAll(CONTROLS)].indexOf(focused) : -1;
  const { scrollX, scrollY } = window;
  main.replaceChildren(...next.childNodes);
  for (const each of main.querySelectorAll('details'))
    if (open.has(nameOf(each))) each.open = open.get(nameOf(each));
  if (focused) {
    const same = focused.id ? document.getElementById(focused.id) : main.querySelectorAll(CONTROLS)[place];
    same?.focus({ preventScroll: true });
  }
  window.scrollTo(scrollX, scrollY);
  document.dispatchEvent(new Event('main-replaced'));
}

async function readAgain() {
  due = 0;
  if (reading || hasInput()) {
    again = true;
    return;
  }
  reading = true;
  again = false;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    // The session is over: the sign-in leads back here.
    if (answer.redirected && new URL(answer.url).pathname.endsWith('/sign-in')) return location.reload();
    // At the address of a form that lacked something: what was typed and what is wrong with it stay.
    if (answer.redirected) return;
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const next = page.getElementById('main');
      if (hasInput()) again = true;
      else if (next && next.innerHTML !== shown) {
        shown = next.innerHTML;
        document.title = page.title;
        replaceMain(next);
      }
    }
  } catch {
    // The service is away. The stream comes back with it, and says what was missed.
  } finally {
    reading = false;
    if (again && !hasInput()) soon();
  }
}

function soon() {
  if (due === 0) due = setTimeout(readAgain, GATHER_MS);
}

function connect() {
  source = new EventSource(new URL('../api/events', import.meta.url));
  source.addEventListener('change', soon);
  source.addEventListener('error', () => {
    if (source?.readyState !== EventSource.CLOSED) return;
    source = null;
    setTimeout(() => source || document.hidden || connect(), AGAIN_MS);
  });
}

/** The explanation of a word opens below it, or above it in the lower part of the window. A phone has it at the bottom. */
const [WIDEST, GAP, NARROW] = [512, 6, 640];

function placeBeside(word, text) {
  text.removeAttribute('style');
  if (innerWidth < NARROW) return;
  const { left, top, bottom } = word.getBoundingClientRect();
  const isLow = top > innerHeight / 2;
  const width = document.documentElement.clientWidth;
  const rightmost = width - Math.min(WIDEST, width * 0.9) - GAP;
  // On the page, not in the window: it scrolls with its word.
  Object.assign(text.style, {
    position: 'absolute',
    inset: 'auto',
    margin: '0',
    left: `${scrollX + Math.max(GAP, Math.min(left, rightmost))}px`,
    top: `${scrollY + (isLow ? top - GAP : bottom + GAP)}px`,
    transform: isLow ? 'translateY(-100%)' : 'none',
  });
}

document.addEventListener('click', ({ target }) => {
  const word = target instanceof Element ? target.closest('button.word') : null;
  const text = word && document.getElementById(word.getAttribute('popovertarget'));
  if (text) placeBeside(word, text);
});
let shown = main?.innerHTML;
if (main && document.body.dataset.live) {
  connect();
  // A browser opens few connections per site: a page that nobody sees must not keep one.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      connect();
      soon();
    }
  });
  // What changed while a field had input is shown once it has none any more.
  document.addEventListener('focusout', () => again && soon());
}
