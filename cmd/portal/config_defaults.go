package main

import (
	"reflect"
	"strings"
)

// setting is one field of Config as its tag describes it.
type setting struct {
	Variable, Help, Default, Example, Group string

	value reflect.Value
}

// settingsOf lists the fields of a Config, or of a part of one, in their order.
// The values may be set through it if config is a pointer.
func settingsOf(config any) []setting {
	var all []setting
	value := reflect.Indirect(reflect.ValueOf(config))
	for i := range value.NumField() {
		field := value.Type().Field(i)
		if field.Anonymous {
			part := value.Field(i)
			if part.CanAddr() {
				part = part.Addr()
			}
			all = append(all, settingsOf(part.Interface())...)
			continue
		}
		all = append(all, setting{
			Variable: field.Tag.Get("env"),
			Help:     field.Tag.Get("help"),
			Default:  field.Tag.Get("default"),
			Example:  field.Tag.Get("example"),
			Group:    field.Tag.Get("group"),
			value:    value.Field(i),
		})
	}
	return all
}

// withDefaults fills what is empty: a Config made in code has no defaults yet,
// and a variable that holds nothing but space counts as not set.
func (c Config) withDefaults() Config {
	for _, s := range settingsOf(&c) {
		switch {
		case s.Default == "":
		case s.value.Kind() == reflect.String && strings.TrimSpace(s.value.String()) == "":
			s.value.SetString(s.Default)
		case s.value.Kind() == reflect.Slice && len(items(s.value.Interface().([]string))) == 0:
			s.value.Set(reflect.ValueOf(strings.Split(s.Default, ",")))
		}
	}
	return c
}
