/** The members of one tree of a text model, in the order in which LightGBM writes them. */
export type TreeText = Record<string, string | number>;

/** A tree of one split: x0 <= 0.5 goes left to 1, else right to 2; a missing value goes by `decision`. */
export const SPLIT: TreeText = {
  ...{ num_leaves: 2, num_cat: 0, split_feature: 0, split_gain: 1, threshold: 0.5, decision_type: 2, left_child: -1, right_child: -2 },
  ...{ leaf_value: '1 2', leaf_weight: '1 1', leaf_count: '1 1', internal_value: 0, is_linear: 0, shrinkage: 1 },
};

/** LightGBM's text of trees, by the package's source (gbdt_model_text.cpp); `header` changes members of the header, undefined leaves one out. */
export function lightgbmText(trees: TreeText[], header: Record<string, string | undefined> = {}, tail = 'pandas_categorical:null'): Buffer {
  const members = {
    ...{ version: 'v4', num_class: '1', num_tree_per_iteration: '1', label_index: '0', max_feature_idx: '1', objective: 'regression' },
    ...{ feature_names: 'x0 x1', feature_infos: '[-1:1] [-2:2]', tree_sizes: trees.map(() => '100').join(' ') },
    ...header,
  };
  const lines = ['tree', ...Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])), ''];
  trees.forEach((tree, place) => {
    lines.push(`Tree=${place}`, ...Object.entries(tree).map(([name, value]) => `${name}=${value}`), '', '');
  });
  lines.push('end of trees', '', 'feature_importances:', 'x0=1', '', 'parameters:', '[boosting: gbdt]', 'end of parameters', '', tail, '');
  return Buffer.from(lines.join('\n'));
}
