// Figures as people read them. Rounding is the program's: to the nearest, ties away from zero,
// in whole numbers, so that the page and the terminal print the same.

let units = {}; // of the model: {one, decimals, sign} by name
let figures = {}; // of the model: {title, unit, better, source, meaning} by name

function useModel(model) {
	units = model.units;
	figures = model.figures;
}

// value / one with so many decimals.
function decimal(value, one, decimals) {
	const scale = 10n ** BigInt(decimals),
		d = BigInt(one),
		v = BigInt(Math.round(value));
	const n = v < 0n ? -v : v,
		q = (2n * n * scale + d) / (2n * d);
	const digits = q.toString().padStart(decimals + 1, '0');
	const whole = digits.slice(0, digits.length - decimals),
		part = digits.slice(digits.length - decimals);
	return (v < 0n && q ? '-' : '') + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (decimals ? '.' + part : '');
}

// "28,944", "85.64": in the figure's unit, without its sign. Of thousands decimals say nothing.
function figureText(name, value) {
	if (value === null || value === undefined) return 'not known';
	const u = units[figures[name].unit];
	return decimal(value, u.one, Math.abs(value) / u.one >= 1000 ? 0 : u.decimals);
}

function unitSign(name) {
	return units[figures[name].unit].sign;
}

// "85.64 %", "1.042 times", "8.39 TiB"
function figureSigned(name, value) {
	if (value === null || value === undefined) return 'not known';
	if (figures[name].unit === 'bytes') return bytes(value);
	if (figures[name].unit === 's' && Math.abs(value) >= 600) return (value < 0 ? '-' : '') + durationText(Math.abs(value));
	const sign = unitSign(name);
	return figureText(name, value) + (sign && sign !== 'times' && sign !== 'SLIT' ? ' ' + sign : '');
}

function figureTitle(name) {
	const sign = unitSign(name),
		title = figures[name].title;
	return sign ? `${title}, ${sign}` : title;
}

// What nobody can tell apart is not called better.
function alike(name, a, b) {
	return figureText(name, a) === figureText(name, b);
}

// "512 MiB", "8.39 TiB"
function bytes(value) {
	const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
	let i = 0,
		v = Math.abs(value);
	while (v >= 1024 && i < names.length - 1) {
		v /= 1024;
		i++;
	}
	const text = Number.isInteger(v) || v >= 100 ? v.toFixed(0) : v >= 10 ? v.toFixed(1) : v.toFixed(2);
	return `${value < 0 ? '-' : ''}${text} ${names[i]}`;
}

function count(value) {
	return decimal(value, 1, 0);
}

// ppm as per cent; a line does not end before the sign
function percent(ppm, decimals = 1) {
	return decimal(ppm, 10000, decimals) + '\u00a0%';
}

// Seconds since the start: "day 3, 04:05", or within two days "4h 05min", "12 s".
function timeText(seconds, span) {
	const s = Math.floor(seconds),
		two = n => String(n).padStart(2, '0');
	const day = Math.floor(s / 86400),
		h = Math.floor(s / 3600) % 24,
		min = Math.floor(s / 60) % 60;
	if (span > 2 * 86400) return `day ${day + 1}, ${two(h)}:${two(min)}`;
	if (span > 3600) return `${day * 24 + h} h ${two(min)} min`;
	if (span > 120) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
	return `${Math.round(seconds * 10) / 10} s`;
}

// How long: "3 days 4 h", "2 h 5 min", "12 s"
function durationText(seconds) {
	if (seconds > 0 && seconds < 1) return `${Math.round(seconds * 1000)} ms`;
	const parts = [
		[86400, 'days'],
		[3600, 'h'],
		[60, 'min'],
		[1, 's'],
	];
	let rest = Math.round(seconds);
	const out = [];
	for (const [one, name] of parts) {
		const n = Math.floor(rest / one);
		rest -= n * one;
		if (n) out.push(`${n} ${n === 1 && name === 'days' ? 'day' : name}`);
	}
	return out.slice(0, 2).join(' ') || '0 s';
}

// Where an axis of time has marks: whole days, or what fits a shorter run.
function timeTicks(from, to, most) {
	const steps = [
		1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 259200,
		604800, 1209600, 2592000,
	];
	const step = steps.find(s => (to - from) / s <= most) || steps[steps.length - 1];
	const ticks = [];
	for (let t = Math.ceil(from / step) * step; t <= to; t += step) ticks.push(t);
	return {step, ticks};
}

function tickText(t, step) {
	if (step >= 86400) return `day ${Math.round(t / 86400) + 1}`;
	const h = Math.floor(t / 3600),
		min = Math.floor(t / 60) % 60;
	if (step >= 3600) return t % 86400 === 0 && (t >= 86400 || step >= 21600) ? `day ${t / 86400 + 1}` : `${h % 24}:00`;
	if (step >= 60) return `${h}:${String(min).padStart(2, '0')}`;
	return `${t} s`;
}
