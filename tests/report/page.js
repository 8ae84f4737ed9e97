// Runs inside the page: what a person with a browser would find wrong. The
// harness puts the expected figures into `expected` (rows of summary.csv), and
// shows the page in a frame, because a window cannot be as narrow as a phone.
window.addEventListener('load', () => setTimeout(() => {
	const bad = [];
	const seen = e => e.getClientRects().length > 0;
	const root = document.documentElement;
	for (const d of document.querySelectorAll('details')) d.open = true;
	if (root.scrollWidth > window.innerWidth)
		bad.push(`overflow: ${root.scrollWidth} > ${window.innerWidth}`);
	if (window.innerWidth !== expectedWidth)
		bad.push(`width is ${window.innerWidth}`);
	for (const id of ['answer', 'time', 'space', 'refusals', 'policy-table', 'trust', 'about'])
		if (!document.getElementById(id)) bad.push(`there is no section ${id}`);
	for (const t of document.querySelectorAll('table')) {
		if (!t.caption || !t.caption.textContent) bad.push('a table without a caption');
		if ([...t.querySelectorAll('th')].some(h => !h.hasAttribute('scope')))
			bad.push('a heading without scope');
	}
	for (const s of document.querySelectorAll('svg'))
		if (!s.getAttribute('aria-label') && !(s.querySelector('title') && s.querySelector('desc')))
			bad.push('a picture without words');
	for (const c of document.querySelectorAll('.fleet canvas')) {
		if (!c.getAttribute('aria-label') || c.tabIndex !== 0) bad.push('a canvas without words or out of reach');
		const painted = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
		if (!painted.some(v => v)) bad.push('a fleet is not drawn');
	}
	if (document.querySelectorAll('.fleet').length !== 2) bad.push('not two fleets side by side');
	if (document.querySelectorAll('.time .plot canvas, .time .plot svg').length < 3) bad.push('not three charts over time');
	const names = new Set([...document.querySelectorAll('#policies tbody th, tbody#policies th')].map(e => e.textContent));
	for (const list of document.querySelectorAll('.bars ul')) {
		const shown = [...list.querySelectorAll('.who span')].map(e => e.textContent);
		if (shown.length !== names.size || shown.some(n => !names.has(n))) bad.push(`a chart of ${shown}, not of ${[...names]}`);
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
				? r.cells[i].textContent : Number(r.cells[i].dataset.v)).filter(v => v !== 'not known' && v !== '');
			const sorted = (v, d) => v.every((x, k) => !k || !(d > 0 ? v[k - 1] > x : v[k - 1] < x));
			if (!button) return bad.push('a heading without a button');
			// a native button: Tab reaches it, Enter and Space press it
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
	const hasText = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
	for (const e of document.querySelectorAll('body *')) {
		if (!seen(e) || !hasText(e) || e.closest('svg,script,style')) continue;
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
}, 800));
