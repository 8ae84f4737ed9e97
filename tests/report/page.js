// Runs inside the page: what a person with a browser would find wrong. The
// harness puts the expected figures into `expected` (rows of summary.csv), and
// shows the page in a frame, because a window cannot be as narrow as a phone.
window.addEventListener('load', () => {
	const bad = [];
	const tables = [...document.querySelectorAll('table')];
	const root = document.documentElement;
	if (root.scrollWidth > window.innerWidth)
		bad.push(`overflow: ${root.scrollWidth} > ${window.innerWidth}`);
	if (window.innerWidth !== expectedWidth)
		bad.push(`width is ${window.innerWidth}`);
	for (const t of tables) {
		if (!t.caption || !t.caption.textContent) bad.push('a table without a caption');
		if ([...t.querySelectorAll('th')].some(h => !h.hasAttribute('scope')))
			bad.push('a heading without scope');
	}
	for (const s of document.querySelectorAll('svg')) {
		const title = s.querySelector('title'), desc = s.querySelector('desc');
		if (!title || !title.textContent || !desc || !desc.textContent)
			bad.push('a picture without title and desc');
	}
	const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
	for (const id of ids)
		if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push(`the id ${id} is there twice`);
	const body = document.getElementById('summary');
	const figures = [...body.rows].map(r => [...r.cells].map(c => c.textContent).join(','));
	if (JSON.stringify(figures) !== JSON.stringify(expected))
		bad.push(`figures: ${figures} are not ${expected}`);
	for (const t of document.querySelectorAll('table.sort')) {
		[...t.tHead.rows[0].cells].forEach((h, i) => {
			const button = h.querySelector('button');
			const values = () => [...t.tBodies[0].rows].map(r => r.cells[i].dataset.v === undefined
				? r.cells[i].textContent : Number(r.cells[i].dataset.v));
			const sorted = (v, d) => v.every((x, k) => !k || !(d > 0 ? v[k - 1] > x : v[k - 1] < x));
			if (!button) return bad.push('a heading without a button');
			button.click();
			if (!sorted(values(), 1) || h.getAttribute('aria-sort') !== 'ascending')
				bad.push(`not ascending: ${h.textContent} ${values()}`);
			button.click();
			if (!sorted(values(), -1) || h.getAttribute('aria-sort') !== 'descending')
				bad.push(`not descending: ${h.textContent} ${values()}`);
		});
	}
	for (const e of document.querySelectorAll('[src],link[href]'))
		if (!/^data:/.test(e.src || e.href)) bad.push('something from outside');
	parent.postMessage(bad.length ? bad.join('; ') : 'good', '*');
});
