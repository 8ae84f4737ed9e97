// Refused zones by reason (a sentence whatever its numbers) and by the zone's shape.

// An amount of memory is one word, whatever its unit: 512 MiB and 1.5 GiB are amounts alike.
const amount = /\d[\d.]*(?:[eE]\d+)? (?:[KMGTP]i)?B\b/;

function reasonShape(text) {
	return text.replace(new RegExp(amount, 'g'), '#').replace(/(?:\d|\.(?=\d))+/g, '#');
}

function wordsOf(text) {
	return text.match(new RegExp(`${amount.source}|\\S+`, 'g')) || [];
}

// What two sentences of one shape have in common: words that differ have # for their numbers.
function commonShape(a, b) {
	const other = wordsOf(b);
	return wordsOf(a)
		.map((word, i) => (word === other[i] ? word : reasonShape(word)))
		.join(' ');
}

function readRefused(cells) {
	const [number, time, vcpus, memory, code, reason, asked, askedHost, hostFree, nodeFree, hostVcpus] = cells;
	return {number, time, vcpus, memory, code, reason, asked, askedHost, hostFree, nodeFree, hostVcpus};
}

// `rows`: [{contender, refused: [cells]}] -> [{code, shape, common, example, nr, shapes: [{vcpus, memory, nr, by: {name: [zones]}}]}],
// those with most zones first.
function groupRefused(rows) {
	const kinds = [];
	for (const {contender, refused} of rows) {
		for (const zone of refused.map(readRefused)) {
			const shape = reasonShape(zone.reason);
			let kind = kinds.find(k => k.code === zone.code && k.shape === shape);
			if (!kind) kinds.push((kind = {code: zone.code, shape, common: zone.reason, example: zone.reason, nr: 0, shapes: []}));
			if (kind.common !== zone.reason) kind.common = commonShape(kind.common, zone.reason);
			let s = kind.shapes.find(x => x.vcpus === zone.vcpus && x.memory === zone.memory);
			if (!s) kind.shapes.push((s = {vcpus: zone.vcpus, memory: zone.memory, nr: 0, by: {}}));
			(s.by[contender.name] = s.by[contender.name] || []).push(zone);
			kind.nr++;
			s.nr++;
		}
	}
	kinds.forEach(k => k.shapes.sort((a, b) => b.nr - a.nr));
	return kinds.sort((a, b) => b.nr - a.nr);
}
