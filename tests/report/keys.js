// The page under real keys, at the widths of a phone and a desk, light, dark and on
// paper: node tests/report/keys.js CHROMIUM PROFILE PAGE. What is wrong is printed, a line
// each; status 1. The browser is spoken to over its own pipe (DevTools protocol).
'use strict';
const {spawn} = require('child_process');
const [, , program, profile, page] = process.argv;
const browser = spawn(program, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
	'--remote-debugging-pipe', `--user-data-dir=${profile}`], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
const bad = [], waiting = new Map(), loads = [];
let last = 0, session, rest = '';

browser.stdio[4].on('data', chunk => {
	const parts = (rest + chunk).split('\0');
	rest = parts.pop();
	for (const m of parts.map(p => JSON.parse(p))) {
		if (waiting.has(m.id)) {
			const {done, fail} = waiting.get(m.id);
			waiting.delete(m.id);
			m.error ? fail(new Error(m.error.message)) : done(m.result);
		} else if (m.method === 'Page.loadEventFired') {
			loads.splice(0).forEach(done => done());
		}
	}
});
const ask = (method, params = {}) => new Promise((done, fail) => {
	waiting.set(++last, {done, fail});
	browser.stdio[3].write(JSON.stringify({id: last, method, params, sessionId: session}) + '\0');
});
const look = async expression => {
	const r = await ask('Runtime.evaluate', {expression, returnByValue: true});
	if (r.exceptionDetails) throw new Error(r.exceptionDetails.exception.description);
	return r.result.value;
};
const keys = {Tab: [9, 'Tab', ''], Enter: [13, 'Enter', '\r'], ' ': [32, 'Space', ' ']};
const press = async key => {
	const [code, name, text] = keys[key];
	const k = {key, code: name, windowsVirtualKeyCode: code};
	await ask('Input.dispatchKeyEvent', {...k, type: 'keyDown', text});
	await ask('Input.dispatchKeyEvent', {...k, type: 'keyUp'});
};
const open = async (width, media, features) => {
	await ask('Emulation.setDeviceMetricsOverride', {width, height: 900, deviceScaleFactor: 1, mobile: false});
	await ask('Emulation.setEmulatedMedia', {media, features});
	const loaded = new Promise(done => loads.push(done));
	await ask('Page.navigate', {url: 'file://' + page});
	await loaded;
};

// Tab to a heading of the table of policies, then Enter and Space.
async function sorting() {
	const here = `(() => { const b = document.activeElement, h = b.closest('th');
		const body = h && h.closest('table').tBodies[0];
		if (b.tagName !== 'BUTTON' || !body || body.id !== 'policies' || !/^local memory/.test(h.textContent)) return null;
		return {sort: h.getAttribute('aria-sort'), outline: getComputedStyle(b).outlineStyle,
			values: [...body.rows].map(r => Number(r.cells[h.cellIndex].dataset.v)),
			names: [...body.rows].map(r => r.cells[0].textContent)}; })()`;
	let presses = 0, now = null;
	while (!now && presses++ < 100) {
		await press('Tab');
		now = await look(here);
	}
	if (!now) return bad.push('Tab does not reach the headings of the table of policies');
	if (now.outline === 'none') bad.push('the heading in focus has no outline');
	const names = [...now.names].sort().join();
	for (const [key, sort, sign] of [['Enter', 'ascending', 1], [' ', 'descending', -1]]) {
		await press(key);
		now = await look(here);
		if (!now) return bad.push(`after "${key}" the focus is elsewhere`);
		if (now.sort !== sort) bad.push(`after "${key}" aria-sort is ${now.sort}, not ${sort}`);
		if (now.values.some((v, i) => i && sign * (v - now.values[i - 1]) < 0))
			bad.push(`after "${key}" rows are not ${sort}: ${now.values}`);
		if ([...now.names].sort().join() !== names) bad.push('rows came or went');
	}
	if (new Set(now.values).size < 2) bad.push('nothing to sort: the figures are alike');
}

async function widths() {
	for (const width of [390, 1440]) {
		for (const value of ['light', 'dark']) {
			await open(width, 'screen', [{name: 'prefers-color-scheme', value}]);
			const [wide, ground] = await look(`[document.documentElement.scrollWidth,
				getComputedStyle(document.body).backgroundColor]`);
			if (wide > width) bad.push(`${width} px ${value}: the page is ${wide} px wide`);
			const dark = ground.match(/\d+/g).slice(0, 3).every(v => v < 64);
			if (dark !== (value === 'dark')) bad.push(`${width} px ${value}: the ground is ${ground}`);
		}
	}
	await open(1440, 'screen', [{name: 'prefers-reduced-motion', value: 'reduce'}]);
	if (await look('document.getAnimations().length')) bad.push('something moves');
}

// A4 across with the page's margins is 273 mm wide: nothing is cut off there, nothing is folded.
async function paper() {
	await open(1031, 'print', []);
	await look("dispatchEvent(new Event('beforeprint'))");
	const cut = await look(`[...document.querySelectorAll('table,svg')].filter(e => e.getClientRects().length &&
		e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.trim().slice(0, 40))`);
	cut.forEach(text => bad.push(`on paper something is cut off: ${text}`));
	if (await look("[...document.querySelectorAll('details')].some(d => !d.open)")) bad.push('folded on paper');
	if (await look("[...document.querySelectorAll('nav')].some(n => n.getClientRects().length)"))
		bad.push('links on paper');
}

(async () => {
	const timer = setTimeout(() => { console.log('the browser does not answer'); browser.kill('SIGKILL'); process.exit(1); }, 60000);
	const {targetId} = await ask('Target.createTarget', {url: 'about:blank'});
	session = (await ask('Target.attachToTarget', {targetId, flatten: true})).sessionId;
	await ask('Page.enable');
	await open(1440, 'screen', []);
	await sorting();
	await widths();
	await paper();
	session = undefined;
	await ask('Browser.close');
	clearTimeout(timer);
})().catch(e => bad.push(e.message)).then(() => {
	bad.forEach(line => console.log(line));
	browser.kill();
	process.exitCode = bad.length ? 1 : 0;
});
