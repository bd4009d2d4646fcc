// Shows the buttons that copy a text, and lets them do so. Without this script the texts can be selected.
const SHOWN_MS = 4000;

/** Browsers have a clipboard only at https and at this machine's own address. */
async function copy(source) {
  if (navigator.clipboard) return navigator.clipboard.writeText(source.textContent);
  const selection = getSelection();
  selection.selectAllChildren(source);
  const done = document.execCommand('copy');
  selection.removeAllRanges();
  if (!done) throw new Error('refused');
}

document.addEventListener('click', async ({ target }) => {
  const button = target instanceof Element ? target.closest('button[data-copy]') : null;
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const status = document.querySelector(`[data-copied="${CSS.escape(button.dataset.copy)}"]`);
  try {
    await copy(source);
    status.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(source);
    status.textContent = 'It is selected: copy it with the keys of your system';
  }
  setTimeout(() => {
    status.textContent = '';
  }, SHOWN_MS);
});

for (const button of document.querySelectorAll('button[data-copy]')) button.hidden = false;
