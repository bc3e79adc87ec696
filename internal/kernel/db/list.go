package db

// List reads every row of a query; one reads a row with the scan it is given.
func List[T any](tx *Tx, one func(scan func(...any) error) (T, error), sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := one(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// IDs reads the ids of a query with one column.
func (tx *Tx) IDs(sql string, args ...any) ([]ID, error) {
	rows, err := tx.Query(sql, args...)
	if err != nil {
		return nil, err
	}
	return rows.IDs()
}
