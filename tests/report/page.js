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
			// a native button: Tab reaches it, Enter and Space press it
			const folded = t.closest('details');
			if (folded) folded.open = true;
			button.focus();
			if (document.activeElement !== button || button.type !== 'button' || button.tabIndex < 0)
				bad.push(`out of reach of the keyboard: ${h.textContent}`);
			button.click();
			if (!sorted(values(), 1) || h.getAttribute('aria-sort') !== 'ascending')
				bad.push(`not ascending: ${h.textContent} ${values()}`);
			button.click();
			if (!sorted(values(), -1) || h.getAttribute('aria-sort') !== 'descending')
				bad.push(`not descending: ${h.textContent} ${values()}`);
		});
	}
	// headings in order, and every text dark enough on its ground (WCAG 2: 4.5 to 1)
	let level = 0;
	for (const h of document.querySelectorAll('h1,h2,h3,h4')) {
		const now = Number(h.tagName[1]);
		if (now > level + 1) bad.push(`h${level} is followed by h${now}: ${h.textContent}`);
		level = now;
	}
	const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
	const over = (colours) => {
		paint.clearRect(0, 0, 1, 1);
		for (const c of colours) { paint.fillStyle = c; paint.fillRect(0, 0, 1, 1); }
		return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255)
			.map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
			.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	};
	const weak = new Set();
	for (const e of document.querySelectorAll('h1,h2,h3,p,dt,dd,caption span,th,td,summary,figcaption')) {
		const grounds = [];
		for (let g = e; g; g = g.parentElement) grounds.unshift(getComputedStyle(g).backgroundColor);
		const a = over(grounds), b = over([...grounds, getComputedStyle(e).color]);
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) weak.add(`contrast ${ratio.toFixed(1)}: ${e.textContent.slice(0, 30)}`);
	}
	bad.push(...weak);
	if (matchMedia('(prefers-color-scheme: dark)').matches !== expectedDark) bad.push('the wrong colours');
	for (const t of document.querySelectorAll('.wide'))
		if (t.tabIndex !== 0 || !t.getAttribute('aria-label')) bad.push('a table cannot be scrolled by keys');
	for (const e of document.querySelectorAll('[src],link[href]'))
		if (!/^data:/.test(e.src || e.href)) bad.push('something from outside');
	parent.postMessage(bad.length ? bad.join('; ') : 'good', '*');
});
