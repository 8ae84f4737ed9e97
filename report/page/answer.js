// Which policy, and why: the rule is written out so that it can be argued with.
//   1. Nobody who knows the future; nobody who places fewer zones than the most, by a thousandth of what was offered.
//      (Who stripes, and places more zones but slows all by more than that, does not set that mark.)
//   2. Nobody whose zones get less memory than they asked for more often than under the best of those, by a
//      thousandth of the changes asked for: a change that fails is a zone refused later.
//   3. Of those, who is not slower than the fastest by more than the error.
//   4. Of those, who keeps most memory local (counted, not estimated), to a tenth of a point; then the shortest distance.
//   5. The baseline, when it is not worse than that.

// Would the sentence tell the difference? It has shares with one decimal.
function tellable(figure, x, y) {
	return figures[figure].unit !== 'ppm_share' || decimal(Math.abs(x - y), 10000, 1) !== '0.0';
}

function candidates(place) {
	let list = place.contenders.filter(c => !foresees(c) && !placedFewer(place, c) && !fellShort(place, c));
	const steps = [
			['slowdown_ppm', 1],
			['local_page_ppm', -1],
			['mean_distance_centi', 1],
		],
		deciding = [];
	for (const [figure, sign] of steps) {
		const known = list.filter(c => meanOf(c, figure) !== null);
		if (known.length < 2) continue;
		const best = known.reduce((a, c) => (sign * (meanOf(c, figure) - meanOf(a, figure)) < 0 ? c : a));
		const left = known.filter(
			c =>
				c === best ||
				!differs(place.run, c, best, figure) ||
				!tellable(figure, meanOf(c, figure), meanOf(best, figure)),
		);
		if (left.length < known.length) deciding.push(figure);
		list = left;
	}
	return {list, deciding};
}

function recommend(place) {
	const {list, deciding} = candidates(place);
	if (!list.length) return {best: null, deciding: []};
	const best = list.includes(place.baseline) ? place.baseline : list[0];
	return {best, alike: list.filter(c => c !== best), deciding};
}

// How much faster (above 0) than the baseline, ppm of its time, and how far off that may be.
function speedup(place, c) {
	const mine = meanOf(c, 'slowdown_ppm'),
		base = meanOf(place.baseline, 'slowdown_ppm');
	if (mine === null || base === null) return null;
	const half = Math.max(
		modelError(place.run, c, 'slowdown_ppm'),
		modelError(place.run, place.baseline, 'slowdown_ppm'),
	);
	return {
		ppm: Math.round(((base - mine) / mine) * 1e6),
		error: Math.round((half / mine) * 1e6),
		sure: differs(place.run, c, place.baseline, 'slowdown_ppm'),
	};
}

// In how many seeds is it as local as the best of those that placed as many?
function seedsAhead(place, best) {
	return place.seeds.filter(seed => {
		const of = c => {
			const r = c.rows.find(x => x.key.seed === seed);
			return r ? r.of.local_page_ppm : null;
		};
		const mine = of(best);
		return (
			mine !== null &&
			place.contenders.every(
				c =>
					foresees(c) ||
					placedFewer(place, c) ||
					fellShort(place, c) ||
					of(c) === null ||
					of(c) <= mine,
			)
		);
	}).length;
}

function listNames(names, most = 3) {
	if (names.length <= most)
		return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`;
	return `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
}

function hostsText(place, c) {
	const n = meanOf(c, 'hosts');
	return n === null ? place.topology : `${count(n)} host${n === 1 ? '' : 's'}`;
}

function refusedText(c) {
	const refused = meanOf(c, 'zones_refused'),
		offered = meanOf(c, 'zones_offered');
	if (refused === null) return '';
	return refused === 0
		? `refuses none of ${count(offered)} zones`
		: `refuses ${count(refused)} of ${count(offered)} zones`;
}

// Beside the others that placed as many.
function refusedBeside(place, best) {
	const refused = c => meanOf(c, 'zones_refused'),
		others = place.contenders.filter(c => c !== best && !foresees(c));
	const least = Math.min(...others.map(refused)),
		most = Math.max(...others.map(refused));
	if (!others.length || refused(best) === null) return '';
	if (refused(best) > least) return `, ${count(refused(best) - least)} more than the fewest`;
	if (most === refused(best)) return ', as all others do';
	if (refused(best) === 0) return '';
	return least > refused(best) ? ', the fewest' : ', as few as any';
}

function localText(place, best) {
	const mine = meanOf(best, 'local_page_ppm'),
		base = meanOf(place.baseline, 'local_page_ppm');
	if (mine === null) return '';
	if (best === place.baseline) return `keeps ${percent(mine)} of memory local`;
	const points = decimal(Math.abs(mine - base), 10000, 1);
	if (points === '0.0') return `keeps ${percent(mine)} of memory local, as ${place.baseline.name}`;
	return `keeps ${percent(mine)} of memory local, ${points} percentage points ${mine >= base ? 'more' : 'less'} than ${place.baseline.name}`;
}

function speedText(place, best) {
	const slow = meanOf(best, 'slowdown_ppm'),
		s = speedup(place, best);
	if (slow === null) return 'what that costs in speed was not asked (no cost model)';
	const own = `its work takes ${figureText('slowdown_ppm', slow)} times what it would with every page at home`;
	if (best === place.baseline || !s) return own;
	if (!s.sure && Math.abs(s.ppm) > s.error) return `${own}; against ${place.baseline.name} it depends on the seed`;
	if (!s.sure)
		return `${own}; against ${place.baseline.name} the difference of ${percent(Math.abs(s.ppm))} is below the error of ${percent(s.error)}`;
	return (
		`${own}, ${percent(Math.abs(s.ppm))} ${s.ppm > 0 ? 'less' : 'more'} than under ${place.baseline.name} ` +
		`(error ${percent(s.error)})`
	);
}

function sureText(place, best) {
	const run = place.run,
		seeds = place.seeds.length,
		parts = [];
	if (run.real_clock)
		return `Measured on a machine, ${seeds} repeat${seeds === 1 ? '' : 's'} of each row; figures differ from repeat to repeat.`;
	parts.push(
		seeds > 1
			? `most local in ${seedsAhead(place, best)} of ${seeds} seeds`
			: 'one order of arrivals: another may rank policies otherwise',
	);
	parts.push('zones and memory are counted exactly');
	if (run.cost && run.cost.latency_ppm !== null)
		parts.push(`speed is a model's: ${run.cost.latency_error}, ${run.cost.bandwidth_error}`);
	return `How sure: ${parts.join('; ')}.`;
}

// Those that the rule leaves out, a sentence a reason.
function leftOutTexts(place) {
	const names = f => place.contenders.filter(c => !foresees(c) && f(c)).map(c => c.name);
	const one = list => list.length === 1;
	const fewer = names(c => placedFewer(place, c)),
		striped = names(c => outdone(place, c)),
		short = place.contenders.filter(c => !foresees(c) && !placedFewer(place, c) && fellShort(place, c));
	const out = [];
	if (fewer.length)
		out.push(
			`${listNames(fewer)} placed fewer zones and ${one(fewer) ? 'is' : 'are'} not ranked on other figures.`,
		);
	if (short.length)
		out.push(
			`${listNames(short.map(c => c.name))} did not give zones the memory they asked for ` +
				`(${listNames(short.map(c => count(meanOf(c, 'balloon_failures'))))} changes came up short, ` +
				`${count(meanOf(leastShort(place), 'balloon_failures'))} at best) and ${one(short) ? 'is' : 'are'} not ranked.`,
		);
	if (striped.length)
		out.push(
			`${listNames(striped)} place${one(striped) ? 's' : ''} more zones and slow${one(striped) ? 's' : ''} ` +
				'all by more than that: less work is done.',
		);
	return out;
}

// What decided, of several that could have been.
function whyText(place, best, {alike: also, deciding}) {
	const words = {
		slowdown_ppm: 'it is faster than others by more than the error',
		local_page_ppm: 'it keeps most memory local',
		mean_distance_centi: 'its pages are nearest by SLIT',
	};
	const last = deciding[deciding.length - 1];
	if (last) return `Of the policies that place as many zones, ${words[last]}.`;
	if (also.length) return 'Nothing tells the policies that place as many zones apart; so the first of them stays.';
	return 'No other policy places as many zones and gives them their memory.';
}

// {lead, name, text, why, sure}: what stands at the top of the page.
function answer(place) {
	const found = recommend(place),
		{best, alike: also} = found;
	if (place.contenders.length === 1 || !best) {
		const only = place.contenders[0];
		return {
			lead: '',
			name: only.name,
			best: only,
			text: `${refusedText(only)} on ${hostsText(place, only)}, ${localText(place, only)}; ${speedText(place, only)}.`,
			why: '',
			sure: sureText(place, only),
		};
	}
	const why = [whyText(place, best, found), ...leftOutTexts(place)];
	if (also.length) why.push(`${listNames(also.map(c => c.name))} cannot be told from it.`);
	return {
		lead: best === place.baseline ? 'Stay with ' : 'Take ',
		name: best.name,
		best,
		text:
			`: on ${hostsText(place, best)} it ${refusedText(best)}${refusedBeside(place, best)}, and ` +
			`${localText(place, best)}; ${speedText(place, best)}.`,
		why: why.join(' '),
		sure: sureText(place, best),
	};
}
