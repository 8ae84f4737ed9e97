// Elements in one call: el('td', {class: 'n'}, 'text', child). Text is always text.

function el(name, attributes = {}, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		if (key.startsWith('on')) e.addEventListener(key.slice(2), value);
		else if (value === true) e.setAttribute(key, '');
		else if (value !== false && value !== null && value !== undefined) e.setAttribute(key, value);
	}
	e.append(...children.filter(c => c !== null && c !== undefined && c !== false));
	return e;
}

function svgEl(name, attributes = {}, ...children) {
	const e = document.createElementNS('http://www.w3.org/2000/svg', name);
	for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
	e.append(...children);
	return e;
}

// A section that the navigation lists.
function section(id, title, ...children) {
	return el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title), ...children);
}

function choose(label, options, selected, onchange) {
	const select = el(
		'select',
		{onchange: () => onchange(Number(select.value))},
		...options.map((name, i) => el('option', {value: i, selected: i === selected}, name)),
	);
	return el('label', {class: 'choose'}, el('span', {}, label), select);
}

let paper = false; // being printed: always in the light colours
function isDark() {
	return !paper && matchMedia('(prefers-color-scheme: dark)').matches;
}

// Policies: Okabe and Ito, 2008, told apart by the colour-blind too; lighter on dark ground. Beyond eight, dashes.
const hues = [
	['#0072b2', '#56b4e9'],
	['#d55e00', '#ff8c42'],
	['#009e73', '#2fcc9f'],
	['#a8508a', '#e59ac6'],
	['#8a6d00', '#f0c74a'],
	['#4b5bd0', '#9aa6ff'],
	['#5c6670', '#b6c0ca'],
	['#8c2d19', '#e98b75'],
];
const dashes = [null, [7, 3], [2, 2], [8, 3, 2, 3]];

function hue(i) {
	return hues[i % hues.length][isDark() ? 1 : 0];
}
function dash(i) {
	return dashes[Math.floor(i / hues.length) % dashes.length];
}
