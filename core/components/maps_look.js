// The element that is seen. It is sent with the look of the maps; points, texts and the code that draws come once, by
// an element beside it (maps.js). Whichever is here first waits for the other.

const shared = (globalThis.vecassayMaps ??= { places: new Map() });

export default function ({ data, parentElement, setStateValue }) {
  const place = shared.places.get(parentElement) ?? { parent: parentElement, turn: 0 };
  shared.places.set(parentElement, Object.assign(place, { data, tell: setStateValue }));
  const turn = ++place.turn;
  shared.serve?.();
  return () => {
    // A call that was overtaken by the next one is cleaned up late, and must not take the maps away.
    if (place.turn !== turn) return;
    shared.places.delete(parentElement);
    place.maps?.free();
  };
}
