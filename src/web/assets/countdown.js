// Keeps countdowns right while a page is open. Experiment time may run faster than real time.
const { now, scale } = document.body.dataset;
/** Real ms after its due time in which an event is only on its way. As in format.ts. */
const ON_ITS_WAY_MS = 20000;
const [start, pace, opened] = [Number(now), Number(scale), Date.now()];

function durationText(ms) {
  const minutes = Math.floor(ms / 60000);
  if (minutes < 1) return 'less than a minute';
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return rest > 0 ? `${hours} h ${rest} min` : `${hours} h`;
  return `${rest} min`;
}

setInterval(() => {
  const experimentNow = start + (Date.now() - opened) * pace;
  for (const element of document.querySelectorAll('time[data-countdown]')) {
    const left = Date.parse(element.dateTime) - experimentNow;
    const late = -left < ON_ITS_WAY_MS * pace ? 'now' : `${durationText(-left)} late`;
    const text = left >= 0 ? `in ${durationText(left)}` : late;
    if (element.textContent !== text) element.textContent = text;
  }
}, 1000);
