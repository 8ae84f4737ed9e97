// The page under real keys, at the widths of a phone and a desk, light, dark and on
// paper: node tests/report/keys.js CHROMIUM PROFILE PAGE [AXE]. What is wrong is printed, a line
// each; status 1. AXE: axe.min.js, which then judges, too. The browser is spoken to over its own pipe (DevTools protocol).
'use strict';
const {spawn} = require('child_process');
const fs = require('fs');
const [, , program, profile, page, axe] = process.argv;
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
		} else if (m.method === 'Runtime.exceptionThrown') {
			bad.push(`on the console: ${m.params.exceptionDetails.exception.description}`);
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
	const r = await ask('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
	if (r.exceptionDetails) throw new Error(r.exceptionDetails.exception.description);
	return r.result.value;
};
const keys = {Tab: [9, 'Tab', ''], Enter: [13, 'Enter', '\r'], ' ': [32, 'Space', ' '], ArrowRight: [39, 'ArrowRight', ''], Home: [36, 'Home', '']};
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
	await new Promise(done => setTimeout(done, 400)); // charts are drawn in the next frame
};

// Tab until `found`, an expression about the element in focus, says something; that.
async function reach(found, what) {
	for (let presses = 0; presses < 200; presses++) {
		await press('Tab');
		const now = await look(`(() => { const e = document.activeElement; return ${found}; })()`);
		if (now) return now;
	}
	bad.push(`Tab does not reach ${what}`);
	return null;
}

// In the page's order: a policy's toggle, the slider, a host of the fleet.
async function replaying() {
	const shown = "getComputedStyle(e).outlineStyle !== 'none'";
	if (await reach("e.type === 'checkbox' && !!e.closest('.toggles')", 'the toggles of policies')) {
		const before = await look("document.querySelectorAll('.time .readout')[0].textContent");
		await press(' ');
		if (before === await look("document.querySelectorAll('.time .readout')[0].textContent")) bad.push('a toggle changes nothing');
	}
	if (await reach("e.className === 'time card'", 'the charts over time')) {
		const before = await look("document.querySelector('.now').textContent");
		await press('Home');
		const first = await look("document.querySelector('.now').textContent");
		await press('ArrowRight');
		if (before === first || first === await look("document.querySelector('.now').textContent")) bad.push('arrows on a chart do not move the time');
	}
	if (await reach(`e.id === 'replay' && ${shown}`, 'the slider, outlined')) {
		const state = '[document.querySelector(".now").textContent, document.querySelector(".fleet canvas").toDataURL().length, document.querySelector("#replay").getAttribute("aria-valuetext")]';
		const before = await look(state);
		for (let i = 0; i < 40; i++) await press('ArrowRight');
		const after = await look(state);
		if (before[0] === after[0] || before[2] === after[2]) bad.push(`the slider does not move the time: ${before} ${after}`);
		if (before[1] === after[1]) bad.push('the fleet looks the same at another time');
	}
	if (await reach(`e.tagName === 'CANVAS' && ${shown}`, 'the fleet, outlined')) {
		await press('ArrowRight');
		if (!/^Host 0 under/.test(await look("(document.querySelector('.panel h3') || document.body).textContent"))) bad.push('no host opens by keys');
		await press('ArrowRight');
		if (!/^Host 1 under/.test(await look("(document.querySelector('.panel h3') || document.body).textContent"))) bad.push('arrows do not move to the next host');
	}
}

// axe-core's judgement, everything open; rules of best practice that are about whole sites are not asked.
async function rules(value) {
	await open(1024, 'screen', [{name: 'prefers-color-scheme', value}]);
	await look(fs.readFileSync(axe, 'utf8') + ';0');
	const found = await look(`(async () => { document.querySelectorAll('details').forEach(d => { d.open = true; });
		const r = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']});
		return r.violations.map(v => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 2).map(n => n.html.slice(0, 120)).join(' | ')); })()`);
	found.forEach(line => bad.push(`axe, ${value}: ${line}`));
}

// Tab to a heading of the table of policies, then Enter and Space.
async function sorting() {
	const here = `(() => { const b = document.activeElement, h = b.closest('th');
		const body = h && h.closest('table').tBodies[0];
		if (b.tagName !== 'BUTTON' || !body || body.id !== 'policies' || !/^local memory/.test(h.textContent)) return null;
		return {sort: h.getAttribute('aria-sort'), outline: getComputedStyle(b).outlineStyle,
			values: [...body.rows].map(r => Number(r.cells[h.cellIndex].dataset.v)),
			names: [...body.rows].map(r => r.cells[0].textContent)}; })()`;
	let presses = 0, now = null;
	while (!now && presses++ < 300) {
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
	for (const width of [390, 1024, 2560]) {
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
	await new Promise(done => setTimeout(done, 200));
	const cut = await look(`[...document.querySelectorAll('table,svg,canvas')].filter(e => e.getClientRects().length && !e.closest('.kind') &&
		e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.trim().slice(0, 40))`);
	cut.forEach(text => bad.push(`on paper something is cut off: ${text}`));
	if (await look("[...document.querySelectorAll('details:not(.kind details)')].some(d => !d.open)")) bad.push('folded on paper');
	if (await look("[...document.querySelectorAll('nav')].some(n => n.getClientRects().length)"))
		bad.push('links on paper');
}

(async () => {
	const timer = setTimeout(() => { console.log('the browser does not answer'); browser.kill('SIGKILL'); process.exit(1); }, 120000);
	const {targetId} = await ask('Target.createTarget', {url: 'about:blank'});
	session = (await ask('Target.attachToTarget', {targetId, flatten: true})).sessionId;
	await ask('Page.enable');
	await ask('Runtime.enable');
	await open(1440, 'screen', []);
	await replaying();
	await sorting();
	await widths();
	await paper();
	if (axe) for (const value of ['light', 'dark']) await rules(value);
	session = undefined;
	await ask('Browser.close');
	clearTimeout(timer);
})().catch(e => bad.push(e.message)).then(() => {
	bad.forEach(line => console.log(line));
	browser.kill();
	process.exitCode = bad.length ? 1 : 0;
});
