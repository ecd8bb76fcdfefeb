// The event buffer's layout, as in wasm/event_buffer.h. The cases pass only if the module has the same layout.

export const layout = {
  header_bytes: 24,
  slot_bytes: 16,
  now: 0,
  time: 8,
  slot_count: 16,
  slot_tag: 0,
  slot_length: 4,
  slot_number: 8,
  slot_offset: 8,
  tag_missing: 0,
  tag_null: 1,
  tag_false: 2,
  tag_true: 3,
  tag_number: 4,
  tag_string: 5,
  tag_time: 6,
  tag_list: 7,
};
